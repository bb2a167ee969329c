import { expect } from "chai";
import {
  AgentDriver,
  caller,
  commandTask,
  duration,
  executorInfo,
  executorTask,
  framework,
  subscribe,
  told,
} from "./testing.js";

const executor = executorInfo("executor-1");
const DURING_LAUNCH =
  "TASK_KILLED REASON_TASK_KILLED_DURING_LAUNCH Killed before delivery to the executor";

function runGroup(driver: AgentDriver, taskIds: readonly string[], launchExecutor = true) {
  return driver.master({
    type: "RUN_TASK_GROUP",
    frameworkInfo: framework(),
    executor,
    taskGroup: { tasks: taskIds.map((id) => executorTask(id, executor)) },
    launchExecutor,
    resourceVersion: driver.agent.state.resourceVersion,
  });
}

/** An agent whose own record is not durable yet, so that launches wait. */
function unsettled(): AgentDriver {
  const driver = new AgentDriver();
  driver.step({ type: "RECOVERED", checkpoints: new Map() });
  driver.connect();
  driver.master({ type: "AGENT_REGISTERED", agentId: "agent-1", pingTimeoutMs: 75_000 });
  return driver;
}

describe("Kills", () => {
  it("kills a pending task, and tells that its executor will not come", () => {
    const driver = unsettled();
    driver.run(executorTask("task-1", executor), { executor });
    expect(told(driver.kill("task-1"))).to.deep.equal([
      `task-1 ${DURING_LAUNCH}`,
      "EXITED_EXECUTOR executor-1 -1",
    ]);
    expect(driver.agent.state.frameworks.size).to.equal(0);
    expect(told(driver.step({ type: "CHECKPOINTED", ticket: 1 }))).to.deep.equal([]);
  });

  it("lets a pending executor come for the other tasks that wait for it", () => {
    const driver = unsettled();
    driver.run(executorTask("task-1", executor), { executor });
    driver.run(executorTask("task-2", executor), { executor, launchExecutor: false });
    expect(told(driver.kill("task-2"))).to.deep.equal([`task-2 ${DURING_LAUNCH}`]);
    expect(told(driver.step({ type: "CHECKPOINTED", ticket: 1 }))).to.deep.equal(["LAUNCH"]);
  });

  it("kills a command whose container is not launched yet, and the launch with it", () => {
    const driver = AgentDriver.registered();
    driver.run(commandTask("task-1"));
    expect(told(driver.kill("task-1"))).to.deep.equal([`task-1 ${DURING_LAUNCH}`, "DESTROY"]);
    const containerId = driver.containerId("task-1");
    const failed = { type: "CONTAINER_FAILED", containerId, message: "destroyed" } as const;
    expect(told(driver.step(failed))).to.deep.equal([]);
    expect(driver.agent.state.metrics.counters.has("container_launch_errors")).to.equal(false);
    driver.acknowledge("task-1");
    expect(driver.agent.state.frameworks.size).to.equal(0);
  });

  it("kills a command whose launch succeeds all the same", () => {
    const driver = AgentDriver.registered();
    driver.run(commandTask("task-1"));
    driver.kill("task-1");
    expect(told(driver.launched("task-1"))).to.deep.equal([]);
    const containerId = driver.containerId("task-1");
    const exited = { type: "CONTAINER_EXITED", containerId, termination: { signal: 9 } } as const;
    expect(told(driver.step(exited))).to.deep.equal([]);
  });

  it("kills a queued task, and ends an executor that has nothing else to do", () => {
    const driver = AgentDriver.registered();
    driver.run(executorTask("task-1", executor), { executor });
    driver.run(executorTask("task-2", executor), { executor, launchExecutor: false });
    expect(told(driver.kill("task-1"))).to.deep.equal([`task-1 ${DURING_LAUNCH}`]);
    expect(told(driver.kill("task-2"))).to.deep.equal([`task-2 ${DURING_LAUNCH}`, "DESTROY"]);
  });

  it("leaves an executor alone that has had tasks, though its queue is empty again", () => {
    const driver = AgentDriver.registered();
    driver.run(executorTask("task-1", executor), { executor });
    driver.call(subscribe("executor-1"));
    driver.step({ type: "STREAM_CLOSED", stream: "stream-1" });
    driver.run(executorTask("task-2", executor), { executor, launchExecutor: false });
    expect(told(driver.kill("task-2"))).to.deep.equal([`task-2 ${DURING_LAUNCH}`]);
  });

  it("kills a queued group as a whole", () => {
    const driver = AgentDriver.registered();
    runGroup(driver, ["task-1", "task-2"]);
    runGroup(driver, ["task-3"], false);
    expect(told(driver.kill("task-2"))).to.deep.equal([
      `task-1 ${DURING_LAUNCH}`,
      `task-2 ${DURING_LAUNCH}`,
    ]);
    driver.launched("executor-1");
    expect(told(driver.call(subscribe("executor-1")))).to.include("stream-1 < LAUNCH_GROUP task-3");
  });

  it("passes the kill of a running task on, with its policy", () => {
    const driver = AgentDriver.registered();
    driver.run(executorTask("task-1", executor), { executor });
    driver.call(subscribe("executor-1"));
    expect(driver.kill("task-1", 5000)).to.deep.equal([
      {
        type: "EVENT",
        stream: "stream-1",
        event: {
          type: "KILL",
          kill: { task_id: { value: "task-1" }, kill_policy: { grace_period: duration(5000) } },
        },
      },
    ]);
  });

  it("answers for a task that no executor has", () => {
    const driver = AgentDriver.registered();
    const frameworkInfo = framework("PARTITION_AWARE");
    driver.run(executorTask("task-1", executor), { executor, frameworkInfo });
    expect(told(driver.kill("task-9"))).to.deep.equal([
      "task-9 TASK_DROPPED REASON_EXECUTOR_TERMINATED Cannot find executor",
    ]);
  });

  it("ignores the kill of a task that has ended", () => {
    const driver = AgentDriver.registered();
    driver.run(commandTask("task-1"));
    driver.launched("task-1");
    const containerId = driver.containerId("task-1");
    driver.step({ type: "CONTAINER_EXITED", containerId, termination: { exitCode: 0 } });
    expect(driver.kill("task-1")).to.deep.equal([]);
  });

  it("does not take an executor's namesake for its task", () => {
    const driver = AgentDriver.registered();
    driver.run(commandTask("executor-1"));
    const other = executorInfo("executor-2");
    driver.run(executorTask("task-1", other), { executor: other });
    driver.call({ ...caller("executor-2"), type: "SUBSCRIBE", subscribe: {} });
    expect(told(driver.kill("task-1"))).to.deep.equal(["stream-1 < KILL task-1"]);
  });
});
