import { SeededRandom } from "../../core/base/random.js";
import { eventually } from "../contracts/processes.js";
import { TestCluster } from "../testing/test-cluster.js";
import { TestScheduler } from "../testing/test-scheduler.js";
import { BookWatch } from "./books.js";
import { agentResources, expectAllEnded, hundredTasks } from "./crash-tasks.js";

const CRASHES = 5;
const WAIT_MS = 30_000;

describe("a cluster that crashes again and again", function () {
  this.timeout(150_000);
  let cluster: TestCluster;
  let scheduler: TestScheduler | undefined;
  let watch: BookWatch | undefined;

  before(async () => {
    cluster = await TestCluster.start({ resources: agentResources });
    watch = new BookWatch(cluster.master.url);
  });

  after(async () => {
    scheduler?.dispose();
    try {
      await watch?.stop();
    } finally {
      await cluster?.dispose();
    }
  });

  it("counts no task twice and loses nothing", async () => {
    const { root, master, agent } = cluster;
    const random = new SeededRandom(Date.now());
    const frameworkInfo = { capabilities: [{ type: "PARTITION_AWARE" }] } as const;
    scheduler = await TestScheduler.start({ master: master.url, frameworkInfo });
    const { updates } = scheduler;
    const tasks = hundredTasks(root);
    scheduler.run(tasks);
    const victims = [[master], [agent], [master, agent]] as const;
    for (let crash = 0; crash < CRASHES; crash++) {
      const wanted = updates.length + random.integer(30);
      const busy = async () =>
        updates.length >= wanted || scheduler?.isIdle === true ? true : undefined;
      await eventually("something has happened", busy, WAIT_MS);
      const chosen = victims[random.integer(victims.length)] ?? [];
      await Promise.all(chosen.map((one) => one.kill()));
      await Promise.all(chosen.map((one) => one.start()));
      await cluster.registered();
      const reconciled = async () =>
        scheduler?.reconcile().then(
          () => true,
          () => undefined,
        );
      await eventually("the scheduler is back, and asks for its tasks", reconciled, WAIT_MS);
    }
    await expectAllEnded(cluster, scheduler, tasks);
  });
});
