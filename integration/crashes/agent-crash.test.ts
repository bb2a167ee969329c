import { expect } from "chai";
import { isTerminalState } from "../../core/protocol/task-state.js";
import { Resources } from "../../core/resources/resources.js";
import { eventually, processesMarked } from "../contracts/processes.js";
import { TestCluster } from "../testing/test-cluster.js";
import { TestScheduler } from "../testing/test-scheduler.js";
import { BookWatch, readState } from "./books.js";
import { agentResources, expectAllEnded, hundredTasks, midst } from "./crash-tasks.js";

const cases = [
  { who: "a framework", capabilities: [], end: "TASK_LOST" },
  {
    who: "a partition-aware framework",
    capabilities: [{ type: "PARTITION_AWARE" }],
    end: "TASK_DROPPED",
  },
] as const;

describe("an agent that is killed", function () {
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

  async function agentIds(): Promise<readonly (string | undefined)[]> {
    const { get_agents } = await readState(cluster.master.url);
    return (get_agents?.agents ?? []).map(({ agent_info }) => agent_info.id?.value);
  }

  for (const { who, capabilities, end } of cases) {
    it(`comes back as the same one without the tasks of ${who}, which end as ${end}`, async () => {
      const { root, master, agent } = cluster;
      const before = await agentIds();
      scheduler = await TestScheduler.start({
        master: master.url,
        frameworkInfo: { capabilities },
      });
      const long = {
        taskId: "long",
        command: "exec sleep 1000",
        resources: Resources.parse("cpus:0.1;mem:16"),
      };
      const tasks = [long, ...hundredTasks(root)];
      scheduler.run(tasks);
      await midst(scheduler, 60);
      await agent.kill();
      await agent.start();
      await eventually("the long task has ended", async () =>
        scheduler?.states().get("long")?.includes(end) ? true : undefined,
      );
      const ends = await expectAllEnded(cluster, scheduler, tasks);
      expect(ends.get("long")).to.equal(end);
      expect(new Set(ends.values())).to.deep.equal(new Set([end, "TASK_FINISHED", "TASK_FAILED"]));
      expect(await agentIds()).to.deep.equal(before);
      // Sandboxes are named in the environment of tasks, runtime directories on the command lines of their shims.
      expect(await processesMarked(`${root}/agent/slaves/`)).to.deep.equal([]);
      expect(await processesMarked(`${root}/run/containers/`)).to.deep.equal([]);
      expect(watch?.agreed).to.be.greaterThan(10);
    });
  }

  it("reports again how a task ended, where its scheduler had not acknowledged that", async () => {
    const { master, agent } = cluster;
    let isBack = false;
    scheduler = await TestScheduler.start({
      master: master.url,
      acknowledge: false,
      onUpdate: (status) => {
        if (isBack || !isTerminalState(status.state)) void scheduler?.client.acknowledge(status);
      },
    });
    const { updates } = scheduler;
    const task = {
      taskId: "short",
      command: "true",
      resources: Resources.parse("cpus:0.1;mem:16"),
    };
    scheduler.run([task]);
    const ends = () => updates.filter(({ state }) => isTerminalState(state));
    await eventually("the task has ended", async () => (ends().length > 0 ? true : undefined));
    await agent.kill();
    isBack = true;
    await agent.start();
    await eventually("the end is reported again", async () =>
      ends().length > 1 ? true : undefined,
    );
    const [first, second] = ends();
    expect({ ...second, uuid: first?.uuid }).to.deep.equal(first);
    expect(second?.uuid).to.not.equal(first?.uuid);
    await eventually("the task is completed", async () => {
      const { get_tasks } = await readState(master.url);
      return get_tasks?.completed_tasks?.length === 1 ? true : undefined;
    });
  });

  it("gives back what its executors held", async () => {
    const { master, agent } = cluster;
    scheduler = await TestScheduler.start({ master: master.url });
    const task = {
      taskId: "by-executor",
      command: "exec sleep 1000",
      resources: Resources.parse("cpus:0.1;mem:16"),
      executor: { executorId: "silent", resources: Resources.parse("cpus:0.5;mem:32") },
    };
    scheduler.run([task]);
    await eventually("the executor runs", async () => {
      const { get_executors } = await readState(master.url);
      const found = await processesMarked("MESOS_EXECUTOR_ID=silent");
      return get_executors?.executors?.length === 1 && found.length > 0 ? true : undefined;
    });
    await agent.kill();
    await agent.start();
    const ends = await expectAllEnded(cluster, scheduler, [task]);
    expect(ends.get("by-executor")).to.equal("TASK_LOST");
    expect(await processesMarked("MESOS_EXECUTOR_ID=silent")).to.deep.equal([]);
  });
});
