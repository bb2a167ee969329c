import { expect } from "chai";
import { Resources } from "../../core/resources/resources.js";
import { eventually } from "../contracts/processes.js";
import { TestCluster } from "../testing/test-cluster.js";
import { TestScheduler } from "../testing/test-scheduler.js";
import { commandStates } from "./three-tasks.js";

describe("a scheduler that speaks protobuf", function () {
  this.timeout(90_000);
  let cluster: TestCluster;
  let scheduler: TestScheduler | undefined;

  before(async () => {
    cluster = await TestCluster.start();
  });

  after(async () => {
    scheduler?.dispose();
    await cluster?.dispose();
  });

  it("registers, gets offers, runs tasks to every end and acknowledges", async () => {
    scheduler = await TestScheduler.start({
      master: cluster.master.url,
      encoding: "application/x-protobuf",
    });
    const resources = Resources.parse("cpus:0.5;mem:64");
    const commands = { fail: "exit 3", finish: "echo done", kill: "sleep 1000" };
    scheduler.run(
      Object.entries(commands).map(([taskId, command]) => ({ taskId, command, resources })),
    );
    const { client, updates } = scheduler;
    const running = await eventually("the task to kill runs", async () =>
      updates.find(({ task_id, state }) => task_id.value === "kill" && state === "TASK_RUNNING"),
    );
    await client.kill(running.task_id, running.agent_id);
    const states = await scheduler.ended(["fail", "finish", "kill"]);
    expect(Object.fromEntries(states)).to.deep.equal(commandStates);
    await eventually("every task is acknowledged", async () => {
      const { frameworks } = await cluster.master.get<{
        readonly frameworks: readonly { readonly completed_tasks: readonly object[] }[];
      }>("/state");
      return frameworks[0]?.completed_tasks.length === 3 ? true : undefined;
    });
    expect(scheduler.errors).to.deep.equal([]);
    await client.teardown();
  });
});
