import { fileURLToPath } from "node:url";
import { expect } from "chai";
import { jsonLine, LineProcess } from "../testing/line-process.js";
import { TestCluster } from "../testing/test-cluster.js";
import { expectedOutcome, finishedTasks, toldUpdates } from "./three-tasks.js";

const program = fileURLToPath(new URL("./mesos-framework-scheduler.js", import.meta.url));

describe("the npm client mesos-framework", function () {
  this.timeout(60_000);
  let cluster: TestCluster;
  let scheduler: LineProcess | undefined;

  before(async () => {
    cluster = await TestCluster.start();
  });

  after(async () => {
    await scheduler?.stop("SIGKILL");
    await cluster?.dispose();
  });

  it("registers, gets offers, runs tasks to every end and acknowledges", async () => {
    const { root, master } = cluster;
    scheduler = new LineProcess("scheduler", process.execPath, [program, `${master.port}`, root]);
    const frameworkId = await scheduler.line("is subscribed", (line) => {
      const { event, frameworkId: id } = jsonLine(line) ?? {};
      return event === "subscribed" ? (id as string) : undefined;
    });
    expect(await toldUpdates(scheduler)).to.deep.equal(expectedOutcome);
    // The master forgets a task once its last update has been acknowledged.
    expect(await finishedTasks(master, frameworkId)).to.deep.equal([
      "fail TASK_FAILED",
      "finish TASK_FINISHED",
      "kill TASK_KILLED",
    ]);
    const errors = scheduler.all((line) =>
      jsonLine(line)?.["event"] === "error" ? line : undefined,
    );
    expect(errors).to.deep.equal([]);
    scheduler.tell("teardown");
    expect(await scheduler.exited).to.equal(0);
  });
});
