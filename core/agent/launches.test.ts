import { expect } from "chai";
import { Resources } from "../resources/resources.js";
import type { AgentEffect } from "./agent-io.js";
import {
  AgentDriver,
  commandTask,
  executorInfo,
  executorTask,
  framework,
  subscribe,
  told,
} from "./testing.js";

const executor = executorInfo("executor-1");

function launchOf(effects: readonly AgentEffect[]) {
  const launch = effects.find(({ type }) => type === "LAUNCH");
  expect(launch).to.include({ type: "LAUNCH" });
  return launch as Extract<AgentEffect, { type: "LAUNCH" }>;
}

describe("Launches", () => {
  it("launches a command task in a container of its own, as its user", () => {
    const driver = AgentDriver.registered();
    const command = { value: "sleep 1", user: "alice" };
    const task = commandTask("task-1", { command });
    const { containerId, config } = launchOf(driver.run(task));
    const { environment: _environment, resources, ...rest } = config;
    expect(resources.equals(Resources.fromWire(task.resources))).to.equal(true);
    expect(rest).to.deep.equal({
      taskInfo: task,
      executorInfo: {
        executor_id: { value: "task-1" },
        framework_id: { value: "framework-1" },
        name: "Command Executor (Task: task-1) (Command: sh -c 'sleep 1')",
        source: "task-1",
        command,
      },
      frameworkInfo: framework(),
      command,
      volumes: [],
      directory: `/work/slaves/agent-1/frameworks/framework-1/executors/task-1/runs/${containerId}`,
      user: "alice",
    });
  });

  it("launches a custom executor with its own and its first task's resources", () => {
    const driver = AgentDriver.registered({ switchUser: false });
    const { config } = launchOf(driver.run(executorTask("task-1", executor), { executor }));
    const { environment: _environment, resources, directory: _directory, ...rest } = config;
    expect(resources.unallocate().toString()).to.equal("cpus:1.1; mem:160");
    expect(rest).to.deep.equal({
      executorInfo: executor,
      frameworkInfo: framework(),
      command: executor.command,
      volumes: [],
    });
  });

  it("takes labels that plugins give a task", () => {
    const driver = AgentDriver.registered();
    const labels = { labels: [{ key: "rack", value: "r1" }] };
    driver.hooks.runTaskLabels.tap("rack", () => labels);
    const { config } = launchOf(driver.run(commandTask("task-1")));
    expect(config.taskInfo?.labels).to.deep.equal(labels);
    expect(driver.task("task-1")?.labels).to.deep.equal(labels);
  });

  it("keeps launches back until what was written is durable, and then takes them in order", () => {
    const driver = new AgentDriver();
    driver.step({ type: "RECOVERED", checkpoints: new Map() });
    driver.connect();
    driver.master({ type: "AGENT_REGISTERED", agentId: "agent-1", pingTimeoutMs: 75_000 });
    const run = { executor, launchExecutor: false };
    expect(told(driver.run(executorTask("task-1", executor), { executor }))).to.deep.equal([]);
    expect(told(driver.run(executorTask("task-2", executor), run))).to.deep.equal([]);
    expect(told(driver.step({ type: "CHECKPOINTED", ticket: 1 }))).to.deep.equal(["LAUNCH"]);
    expect(told(driver.call(subscribe("executor-1"))).slice(2)).to.deep.equal([
      "stream-1 < LAUNCH task-1",
      "stream-1 < LAUNCH task-2",
    ]);
  });

  const outdated = "REASON_INVALID_OFFERS Task assumes outdated resource state";
  it("drops a task that assumes other resources than there are", () => {
    const resourceVersion = "AAAAAAAAAAAAAAAAAAAAAA==";
    const run = { resourceVersion, executor, frameworkInfo: framework("PARTITION_AWARE") };
    const driver = AgentDriver.registered();
    expect(told(driver.run(executorTask("task-1", executor), run))).to.deep.equal([
      `task-1 TASK_DROPPED ${outdated}`,
      "EXITED_EXECUTOR executor-1 -1",
    ]);
    expect(told(driver.run(commandTask("task-2"), { resourceVersion }))).to.deep.equal([
      `task-2 TASK_LOST ${outdated}`,
    ]);
  });

  it("drops a task where the master and it do not agree on the executor", () => {
    const driver = AgentDriver.registered();
    const absent = { executor, launchExecutor: false };
    expect(told(driver.run(executorTask("task-1", executor), absent))).to.deep.equal([
      "task-1 TASK_LOST REASON_EXECUTOR_TERMINATED " +
        "The master expects a running executor, but there is none",
      "EXITED_EXECUTOR executor-1 -1",
    ]);
    driver.run(executorTask("task-2", executor), { executor });
    expect(told(driver.run(executorTask("task-3", executor), { executor }))).to.deep.equal([
      "task-3 TASK_LOST REASON_EXECUTOR_TERMINATED " +
        "The master expects to launch the executor, but it exists",
    ]);
  });

  it("drops a task for an executor that is ending", () => {
    const driver = AgentDriver.registered();
    driver.run(executorTask("task-1", executor), { executor });
    driver.launched("executor-1");
    driver.call(subscribe("executor-1"));
    const ids = { frameworkId: "framework-1", executorId: "executor-1" };
    driver.master({ type: "SHUTDOWN_EXECUTOR", ...ids });
    const run = { executor, launchExecutor: false };
    expect(told(driver.run(executorTask("task-2", executor), run))).to.deep.equal([
      "task-2 TASK_LOST REASON_EXECUTOR_TERMINATED The executor is terminating",
    ]);
  });

  it("ignores a task that is here already", () => {
    const driver = AgentDriver.registered();
    driver.run(commandTask("task-1"));
    expect(told(driver.run(commandTask("task-1")))).to.deep.equal([]);
  });

  it("fails tasks for the default executor, which it does not have", () => {
    const driver = AgentDriver.registered();
    const { command: _command, ...rest } = executor;
    const info = { ...rest, type: "DEFAULT" } as const;
    expect(told(driver.run(executorTask("task-1", info), { executor: info }))).to.deep.equal([
      "task-1 TASK_FAILED REASON_CONTAINER_LAUNCH_FAILED " +
        "Executor executor-1 has no command: this agent has no default executor",
      "EXITED_EXECUTOR executor-1 -1",
    ]);
    expect(driver.agent.state.frameworks.size).to.equal(0);
  });
});
