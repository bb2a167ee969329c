import { fileURLToPath } from "node:url";
import { LineProcess } from "../testing/line-process.js";
import { TestCluster } from "../testing/test-cluster.js";
import { commandStates, expectThreeTasks } from "./three-tasks.js";

const program = fileURLToPath(new URL("./mesos-framework-scheduler.js", import.meta.url));

describe("the npm client mesos-framework", function () {
  this.timeout(90_000);
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
    await expectThreeTasks(cluster, scheduler, commandStates);
  });
});
