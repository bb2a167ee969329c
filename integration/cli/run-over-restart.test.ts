import { rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect } from "chai";
import { TestCluster } from "../testing/test-cluster.js";
import { dasmos } from "./command-process.js";

describe("dasmos run over a restart of the master", function () {
  this.timeout(90_000);
  let cluster: TestCluster;
  beforeEach(async () => {
    cluster = await TestCluster.start();
  });
  afterEach(() => cluster.dispose());

  function run(command: string) {
    return dasmos(["run", "--master", cluster.master.address, "--", command], {
      environment: { TEST_MARK: cluster.root },
    });
  }

  async function restart(): Promise<void> {
    await cluster.master.kill();
    await cluster.master.start();
    await cluster.registered();
  }

  it("waits for the master, and brings the rest of the output and the exit code", async () => {
    const file = join(cluster.root, "go-on");
    const running = run(`echo one; until [ -e ${file} ]; do sleep 0.1; done; echo two; exit 5`);
    await running.writes("stdout", /one/);
    await restart();
    await running.writes("stderr", /no connection to the master/);
    writeFileSync(file, "");
    const { end, stdout } = await running.ended;
    expect([end, stdout]).to.deep.equal([5, "one\ntwo\n"]);
    rmSync(file);
  });

  it("kills the task when the master is back, if that was asked for meanwhile", async () => {
    const running = run("echo one; exec sleep 1000");
    await running.writes("stdout", /one/);
    await cluster.master.kill();
    await running.writes("stderr", /no connection to the master/);
    running.signalGroup("SIGINT");
    await running.writes("stderr", /killing the task/);
    await cluster.master.start();
    expect((await running.ended).end).to.equal(128 + 15);
  });

  it("does not wait after a second Ctrl-C", async () => {
    const running = run("echo one; exec sleep 1000");
    await running.writes("stdout", /one/);
    await cluster.master.kill();
    await running.writes("stderr", /no connection to the master/);
    running.signalGroup("SIGINT");
    await running.writes("stderr", /killing the task/);
    // What follows at once may be npm passing the same request on.
    const asked = setInterval(() => running.signalGroup("SIGINT"), 200);
    expect((await running.ended).end).to.equal("SIGINT");
    clearInterval(asked);
    await cluster.master.start();
    await cluster.registered();
  });
});
