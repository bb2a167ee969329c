import { rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect } from "chai";
import { eventually } from "../contracts/processes.js";
import { TestCluster } from "../testing/test-cluster.js";
import { type CommandProcess, dasmos } from "./command-process.js";

describe("dasmos run over a restart of the master", function () {
  this.timeout(180_000);
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

  interface State {
    readonly frameworks: readonly {
      readonly connected: boolean;
      readonly tasks: readonly { readonly state: string }[];
    }[];
  }

  function masterHas(what: string, has: (state: State) => boolean): Promise<true> {
    return eventually(`the master has ${what}`, async () =>
      has(await cluster.master.get<State>("/state")) ? true : undefined,
    );
  }

  /** A task that its user has asked to kill while the master is away. */
  async function killedMeanwhile(): Promise<CommandProcess> {
    const running = run("echo one; exec sleep 1000");
    await running.writes("stdout", /one/);
    await cluster.master.kill();
    await running.writes("stderr", /no connection to the master/);
    running.signalGroup("SIGINT");
    await running.writes("stderr", /killing the task/);
    return running;
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

  it("waits for the end itself, where the master knows only that there is one", async () => {
    const file = join(cluster.root, "go-on");
    const running = run(`echo one; until [ -e ${file} ]; do sleep 0.1; done; exit 5`);
    await running.writes("stdout", /one/);
    running.signal("SIGSTOP");
    await restart();
    writeFileSync(file, "");
    await masterHas("an end", ({ frameworks }) => frameworks[0]?.tasks[0]?.state === "TASK_FAILED");
    running.signal("SIGCONT");
    expect((await running.ended).end).to.equal(5);
    rmSync(file);
  });

  it("kills the task though the master learns of its agent later", async () => {
    const running = await killedMeanwhile();
    cluster.agent.process?.signal("SIGSTOP");
    await cluster.master.start();
    await masterHas("a framework", ({ frameworks }) => frameworks[0]?.connected === true);
    cluster.agent.process?.signal("SIGCONT");
    expect((await running.ended).end).to.equal(128 + 15);
  });

  it("kills the task when the master is back, if that was asked for meanwhile", async () => {
    const running = await killedMeanwhile();
    await cluster.master.start();
    expect((await running.ended).end).to.equal(128 + 15);
  });

  it("does not wait after a second Ctrl-C", async () => {
    const running = await killedMeanwhile();
    // What follows at once may be npm passing the same request on.
    const asked = setInterval(() => running.signalGroup("SIGINT"), 200);
    expect((await running.ended).end).to.equal("SIGINT");
    clearInterval(asked);
    await cluster.master.start();
    await cluster.registered();
  });
});
