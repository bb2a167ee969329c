import { expect } from "chai";
import { callMaster } from "../../core/node/client/operator-client.js";
import { Resources } from "../../core/resources/resources.js";
import { eventually } from "../contracts/processes.js";
import { TestCluster } from "../testing/test-cluster.js";
import { TestScheduler } from "../testing/test-scheduler.js";
import { BookWatch } from "./books.js";
import { agentResources, expectAllEnded, hundredTasks, midst } from "./crash-tasks.js";

describe("a master that is killed", function () {
  this.timeout(90_000);
  let cluster: TestCluster;
  let scheduler: TestScheduler | undefined;
  let watch: BookWatch | undefined;

  beforeEach(async () => {
    cluster = await TestCluster.start({ resources: agentResources });
    watch = new BookWatch(cluster.master.url);
  });

  afterEach(async () => {
    scheduler?.dispose();
    try {
      await watch?.stop();
    } finally {
      await cluster?.dispose();
    }
  });

  async function getAgents() {
    const { get_agents } = await callMaster(cluster.master.url, { type: "GET_AGENTS" });
    const idsOf = (infos: readonly { readonly id?: { readonly value: string } }[] | undefined) =>
      (infos ?? []).map(({ id }) => id?.value);
    return {
      registered: idsOf(get_agents?.agents?.map(({ agent_info }) => agent_info)),
      recovered: idsOf(get_agents?.recovered_agents),
    };
  }

  it("counts no task twice and loses nothing, in the midst of a hundred tasks", async () => {
    const { root, master } = cluster;
    scheduler = await TestScheduler.start({ master: master.url });
    const tasks = hundredTasks(root);
    scheduler.run(tasks);
    await midst(scheduler, 60);
    await master.kill();
    await master.start();
    await cluster.registered();
    await eventually("the scheduler is back", async () =>
      (scheduler?.subscriptions ?? 0) > 1 ? true : undefined,
    );
    await scheduler.reconcile();
    await expectAllEnded(cluster, scheduler, tasks);
    expect(watch?.agreed).to.be.greaterThan(10);
  });

  it("knows its agents, and they keep their ids", async () => {
    const { master, agent } = cluster;
    scheduler = await TestScheduler.start({ master: master.url });
    // An agent that runs a task has written down who it is.
    scheduler.run([{ taskId: "one", command: "true", resources: Resources.parse("cpus:0.1") }]);
    await scheduler.ended(["one"]);
    const before = await getAgents();
    expect(before.registered).to.have.lengthOf(1);
    await agent.kill();
    await master.kill();
    await master.start();
    expect(await getAgents()).to.deep.equal({ registered: [], recovered: before.registered });
    await agent.start();
    await cluster.registered();
    expect(await getAgents()).to.deep.equal(before);
  });
});
