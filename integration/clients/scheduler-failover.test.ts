import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect } from "chai";
import { eventually } from "../contracts/processes.js";
import { LineProcess } from "../testing/line-process.js";
import { TestCluster } from "../testing/test-cluster.js";
import { TestScheduler } from "../testing/test-scheduler.js";
import { commandStates, subscribedId, toldEvents } from "./three-tasks.js";

const program = fileURLToPath(new URL("./doomed-scheduler.js", import.meta.url));

describe("a scheduler that fails over", function () {
  this.timeout(90_000);
  let cluster: TestCluster;
  let doomed: LineProcess | undefined;
  const schedulers: TestScheduler[] = [];

  before(async () => {
    cluster = await TestCluster.start();
  });

  after(async () => {
    await doomed?.stop("SIGKILL");
    for (const scheduler of schedulers) scheduler.dispose();
    await cluster?.dispose();
  });

  /** Takes the framework over. */
  async function subscribeAs(frameworkId: string): Promise<TestScheduler> {
    const frameworkInfo = { id: { value: frameworkId } };
    const scheduler = await TestScheduler.start({ master: cluster.master.url, frameworkInfo });
    schedulers.push(scheduler);
    return scheduler;
  }

  it("finds its tasks running after its process was killed, and gets the updates again", async () => {
    const runs = join(cluster.root, "runs");
    const tasks = [`kill=echo once >> ${runs}; exec sleep 1000`, "finish=true"];
    doomed = new LineProcess("scheduler", process.execPath, [
      program,
      cluster.master.url,
      ...tasks,
    ]);
    const frameworkId = await subscribedId(doomed);
    const first = await doomed.until("both tasks have sent an update", () => {
      const told = toldEvents(doomed as LineProcess, "update");
      const uuids = new Map(told.map(({ taskId, uuid }) => [taskId, uuid]));
      return uuids.size === 2 ? uuids : undefined;
    });
    await eventually("the task runs", async () => readFile(runs, "utf8").catch(() => undefined));
    await doomed.stop("SIGKILL");

    const scheduler = await subscribeAs(frameworkId);
    await scheduler.ended(["finish"]);
    const running = await eventually("the task runs", async () =>
      scheduler.updates.find(
        ({ task_id, state }) => task_id.value === "kill" && state === "TASK_RUNNING",
      ),
    );
    await scheduler.client.kill(running.task_id);
    const states = await scheduler.ended(["kill"]);
    const { finish, kill } = commandStates;
    expect(Object.fromEntries(states)).to.deep.equal({ finish, kill });
    // Nobody had acknowledged the first updates: they are the same ones.
    const again = scheduler.updates.filter(({ state }) => state === "TASK_STARTING");
    expect(new Map(again.map(({ task_id, uuid }) => [task_id.value, uuid]))).to.deep.equal(first);
    expect(await readFile(runs, "utf8")).to.equal("once\n");
    await scheduler.client.teardown();
  });

  it("ends the scheduler that is still there", async () => {
    const old = await TestScheduler.start({ master: cluster.master.url });
    schedulers.push(old);
    const next = await subscribeAs(old.frameworkId ?? "");
    await eventually("the old one is told", async () => old.errors[0]);
    expect([old.errors, next.errors]).to.deep.equal([["Framework failed over"], []]);
    await next.client.teardown();
  });
});
