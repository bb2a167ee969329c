import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { expect } from "chai";
import { jsonLine, LineProcess } from "../testing/line-process.js";
import { TestCluster } from "../testing/test-cluster.js";
import { commandStates, expectThreeTasks, subscribedId, toldEvents } from "./three-tasks.js";

const folder = fileURLToPath(new URL("../../../integration/clients/pymesos/", import.meta.url));

describe("the PyPI client pymesos", function () {
  this.timeout(120_000);
  let python = "";
  let cluster: TestCluster;
  const schedulers: LineProcess[] = [];

  before(async function () {
    const { status, stdout, stderr } = spawnSync(`${folder}setup.sh`, { encoding: "utf8" });
    if (status !== 0) {
      if (process.env["CI"] === "true") throw new Error(stderr);
      console.log(`pymesos is not tried: ${stderr.trim()}`);
      this.skip();
    }
    python = stdout.trim();
    cluster = await TestCluster.start();
  });

  after(async () => {
    for (const scheduler of schedulers) await scheduler.stop("SIGKILL");
    await cluster?.dispose();
  });

  function startScheduler(...executor: readonly string[]): LineProcess {
    const args = [`${folder}scheduler.py`, cluster.master.address, ...executor];
    const scheduler = new LineProcess("scheduler", python, args);
    schedulers.push(scheduler);
    return scheduler;
  }

  it("registers, gets offers, runs tasks to every end and acknowledges", async () => {
    await expectThreeTasks(cluster, startScheduler(), commandStates);
  });

  it("runs tasks by an executor of its own, and talks to it", async () => {
    const scheduler = startScheduler(`exec ${python} ${folder}executor.py`);
    await expectThreeTasks(cluster, scheduler, {
      fail: ["TASK_RUNNING", "TASK_FAILED"],
      finish: ["TASK_RUNNING", "TASK_FINISHED"],
      kill: ["TASK_RUNNING", "TASK_KILLED"],
    });
    expect(toldEvents(scheduler, "message")).to.deep.equal([
      { executorId: "pymesos-executor", data: "are you there? I am" },
    ]);
  });

  it("is back after the master was killed, and gets offers again", async () => {
    const scheduler = startScheduler();
    const id = await subscribedId(scheduler);
    await cluster.master.kill();
    await cluster.master.start();
    await scheduler.until("it is back, and has offers", () => {
      const events = scheduler.all((line) => jsonLine(line)?.["event"]);
      const back = events.indexOf("reregistered");
      return back >= 0 && events.includes("offers", back) ? true : undefined;
    });
    const { frameworks } = await cluster.master.get<{
      readonly frameworks: readonly { readonly id: string; readonly connected: boolean }[];
    }>("/state");
    const found = frameworks.map((one) => [one.id, one.connected]);
    expect(found).to.deep.equal([[id, true]]);
    scheduler.tell("teardown");
    expect(await scheduler.exited).to.equal(0);
  });
});
