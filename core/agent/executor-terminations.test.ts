import { expect } from "chai";
import type { ContainerTermination } from "../contracts/container.js";
import {
  AgentDriver,
  commandTask,
  duration,
  executorInfo,
  executorTask,
  framework,
  subscribe,
  timers,
  told,
  update,
} from "./testing.js";

const executor = executorInfo("executor-1");

/** An agent with an executor that has `task-1`, and `task-2` in its queue since it lost its connection. */
function running(...capabilities: Parameters<typeof framework>): AgentDriver {
  const driver = AgentDriver.registered();
  const frameworkInfo = framework(...capabilities);
  driver.run(executorTask("task-1", executor), { executor, frameworkInfo });
  driver.launched("executor-1");
  driver.call(subscribe("executor-1"));
  driver.call(update("executor-1", "task-1", "TASK_RUNNING"));
  driver.acknowledge("task-1");
  driver.step({ type: "STREAM_CLOSED", stream: "stream-1" });
  driver.run(executorTask("task-2", executor), { executor, frameworkInfo, launchExecutor: false });
  return driver;
}

function exit(driver: AgentDriver, termination: ContainerTermination) {
  const containerId = driver.containerId("executor-1");
  return driver.step({ type: "CONTAINER_EXITED", containerId, termination });
}

const shutdownExecutor = {
  type: "SHUTDOWN_EXECUTOR",
  frameworkId: "framework-1",
  executorId: "executor-1",
} as const;

describe("ExecutorTerminations", () => {
  it("fails the tasks of an executor that exits, and tells the master of its end", () => {
    const driver = running();
    expect(told(exit(driver, { exitCode: 1 }))).to.deep.equal([
      "task-1 TASK_FAILED REASON_EXECUTOR_TERMINATED Executor terminated",
      "task-2 TASK_FAILED REASON_EXECUTOR_TERMINATED Executor terminated",
      "EXITED_EXECUTOR executor-1 256",
    ]);
  });

  it("keeps the executor until the last update is acknowledged, and tells plugins when it goes", () => {
    const driver = running();
    const removed: string[] = [];
    driver.hooks.removeExecutor.tap("test", (_framework, { executor_id }) => {
      removed.push(executor_id.value);
    });
    exit(driver, { exitCode: 0 });
    driver.acknowledge("task-1");
    expect(removed).to.deep.equal([]);
    driver.acknowledge("task-2");
    expect(removed).to.deep.equal(["executor-1"]);
    expect(driver.agent.state.containers.size).to.equal(0);
  });

  it("gives the tasks the state, reason and limitation that the kernel names", () => {
    const driver = running();
    const effects = exit(driver, {
      signal: 9,
      state: "TASK_FAILED",
      reason: "REASON_CONTAINER_LIMITATION_MEMORY",
      message: "Memory limit exceeded",
      limitedResources: [{ name: "mem", type: "SCALAR", scalar: { value: 160 } }],
    });
    expect(told(effects)).to.deep.equal([
      "task-1 TASK_FAILED REASON_CONTAINER_LIMITATION_MEMORY Memory limit exceeded",
      "task-2 TASK_FAILED REASON_CONTAINER_LIMITATION_MEMORY Memory limit exceeded",
      "EXITED_EXECUTOR executor-1 9",
    ]);
    expect(driver.task("task-1")?.statuses?.at(-1)?.limitation).to.deep.equal({
      resources: [{ name: "mem", type: "SCALAR", scalar: { value: 160 } }],
    });
  });

  it("fails the tasks of a container that is not launched", () => {
    const driver = AgentDriver.registered();
    driver.run(commandTask("task-1"));
    const containerId = driver.containerId("task-1");
    const message = "no such image";
    const effects = driver.step({ type: "CONTAINER_FAILED", containerId, message });
    expect(told(effects)).to.deep.equal([
      "task-1 TASK_FAILED REASON_CONTAINER_LAUNCH_FAILED no such image",
    ]);
    expect(driver.agent.state.metrics.counters.get("container_launch_errors")).to.equal(1);
  });

  it("destroys an executor that does not register in time", () => {
    const driver = AgentDriver.registered();
    const effects = driver.run(executorTask("task-1", executor), { executor });
    const [timeout] = timers(effects);
    expect(timeout?.delayMs).to.equal(60_000);
    if (!timeout) return;
    expect(told(driver.timer(timeout, 60_000))).to.deep.equal(["DESTROY"]);
    expect(told(exit(driver, { signal: 9 }))).to.deep.equal([
      "task-1 TASK_FAILED REASON_EXECUTOR_REGISTRATION_TIMEOUT " +
        "Executor did not register within 1mins",
      "EXITED_EXECUTOR executor-1 9",
    ]);
  });

  it("leaves an executor alone that registered in time", () => {
    const driver = running();
    const containerId = driver.containerId("executor-1");
    const timeout = { type: "EXECUTOR_REGISTRATION_TIMEOUT", containerId } as const;
    expect(driver.timer(timeout, 60_000)).to.deep.equal([]);
  });

  it("gives up a container whose resources were not updated", () => {
    const driver = running("PARTITION_AWARE");
    const containerId = driver.containerId("executor-1");
    const failed = { type: "CONTAINER_UPDATE_FAILED", containerId, message: "no cgroup" } as const;
    expect(told(driver.step(failed))).to.deep.equal(["DESTROY"]);
    expect(told(exit(driver, { signal: 9 })).slice(0, 1)).to.deep.equal([
      "task-1 TASK_GONE REASON_CONTAINER_UPDATE_FAILED Failed to update the container: no cgroup",
    ]);
  });

  it("asks an executor to shut down, and destroys it after its grace period", () => {
    const driver = AgentDriver.registered();
    const slow = { ...executor, shutdown_grace_period: duration(9000) };
    driver.run(executorTask("task-1", slow), { executor: slow });
    driver.call(subscribe("executor-1"));
    const effects = driver.master(shutdownExecutor);
    expect(told(effects)).to.deep.equal(["stream-1 < SHUTDOWN"]);
    const [timeout] = timers(effects);
    expect(timeout?.delayMs).to.equal(9000);
    expect(driver.master(shutdownExecutor)).to.deep.equal([]);
    if (timeout) expect(told(driver.timer(timeout, 9000))).to.deep.equal(["DESTROY"]);
  });

  it("leaves an executor between two connections its grace period, and asks it when it is back", () => {
    const driver = running();
    const effects = driver.master(shutdownExecutor);
    expect(told(effects)).to.deep.equal([]);
    const [timeout] = timers(effects);
    expect(timeout?.delayMs).to.equal(5000);
    expect(told(driver.call(subscribe("executor-1"), "stream-2"))).to.deep.equal([
      "OPEN_STREAM stream-2",
      "stream-2 < SHUTDOWN",
      "CLOSE_STREAM stream-2",
    ]);
    if (timeout) expect(told(driver.timer(timeout, 5000))).to.deep.equal(["DESTROY"]);
  });

  it("destroys an executor at once that has not registered", () => {
    const driver = AgentDriver.registered();
    driver.run(executorTask("task-1", executor), { executor });
    expect(told(driver.master(shutdownExecutor))).to.deep.equal(["DESTROY"]);
  });

  const graces = [
    [4000, 6000],
    [20_000, 22_000],
    [1000, 5000],
    [undefined, 5000],
  ] as const;
  for (const [killGraceMs, shutdownMs] of graces) {
    it(`leaves a command ${shutdownMs} ms to shut down in whose kill policy says ${killGraceMs}`, () => {
      const driver = AgentDriver.registered();
      const grace_period = killGraceMs === undefined ? undefined : duration(killGraceMs);
      driver.run(commandTask("task-1", grace_period && { kill_policy: { grace_period } }));
      driver.launched("task-1");
      const effects = driver.master({ type: "SHUTDOWN_FRAMEWORK", frameworkId: "framework-1" });
      expect(told(effects)).to.deep.equal(["KILL 15"]);
      expect(timers(effects).map(({ type, delayMs }) => [type, delayMs])).to.deep.equal([
        ["KILL_ESCALATION", killGraceMs ?? 3000],
        ["EXECUTOR_SHUTDOWN_TIMEOUT", shutdownMs],
      ]);
    });
  }

  it("takes the last updates of an executor that shuts down", () => {
    const driver = AgentDriver.registered();
    driver.run(executorTask("task-1", executor), { executor });
    driver.call(subscribe("executor-1"));
    driver.master(shutdownExecutor);
    expect(told(driver.call(update("executor-1", "task-1", "TASK_KILLED")))).to.include(
      "task-1 TASK_KILLED",
    );
    expect(told(exit(driver, { exitCode: 0 }))).to.deep.equal([
      "CLOSE_STREAM stream-1",
      "EXITED_EXECUTOR executor-1 0",
    ]);
  });

  it("bounds what it remembers of tasks, executors and frameworks that are over", () => {
    const limit = {
      maxCompletedTasksPerExecutor: 1,
      maxCompletedExecutorsPerFramework: 2,
      maxCompletedFrameworks: 1,
    };
    const driver = AgentDriver.registered(limit);
    for (const id of ["task-1", "task-2", "task-3"]) {
      driver.run(commandTask(id));
      const containerId = driver.containerId(id);
      driver.step({ type: "CONTAINER_FAILED", containerId, message: "failed" });
      driver.acknowledge(id);
    }
    const frameworks = [...driver.agent.state.completedFrameworks.values()];
    expect(
      frameworks.map(({ completedExecutors }) => completedExecutors.map(({ id }) => id)),
    ).to.deep.equal([["task-2", "task-3"]]);
  });
});
