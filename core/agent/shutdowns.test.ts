import { expect } from "chai";
import {
  AgentDriver,
  commandTask,
  executorInfo,
  executorTask,
  subscribe,
  told,
} from "./testing.js";

const executor = executorInfo("executor-1");

/** An agent that runs the command `task-1`, and `task-2` on an executor. */
function running(): AgentDriver {
  const driver = AgentDriver.registered();
  driver.run(commandTask("task-1"));
  driver.launched("task-1");
  driver.run(executorTask("task-2", executor), { executor });
  driver.launched("executor-1");
  driver.call(subscribe("executor-1"));
  return driver;
}

function exit(driver: AgentDriver, executorId: string) {
  const containerId = driver.containerId(executorId);
  return driver.step({ type: "CONTAINER_EXITED", containerId, termination: { signal: 15 } });
}

describe("Shutdowns", () => {
  it("ends what a framework runs, and says nothing of it any more", () => {
    const driver = running();
    const effects = driver.master({ type: "SHUTDOWN_FRAMEWORK", frameworkId: "framework-1" });
    expect(told(effects)).to.deep.equal(["KILL 15", "stream-1 < SHUTDOWN"]);
    expect(told(driver.run(commandTask("task-3")))).to.deep.equal([]);
    expect(told(exit(driver, "task-1"))).to.deep.equal([]);
    expect(told(exit(driver, "executor-1"))).to.deep.equal([
      "CLOSE_STREAM stream-1",
      "EXITED_EXECUTOR executor-1 15",
    ]);
    const { frameworks, completedFrameworks } = driver.agent.state;
    expect([frameworks.size, completedFrameworks.size]).to.deep.equal([0, 1]);
    const tasks = completedFrameworks
      .get("framework-1")
      ?.completedExecutors.flatMap(({ completedTasks }) => completedTasks);
    expect(tasks?.map(({ state }) => state)).to.deep.equal(["TASK_KILLED", "TASK_KILLED"]);
  });

  it("forgets the unacknowledged updates of a framework that is gone", () => {
    const driver = AgentDriver.registered();
    driver.run(commandTask("task-1"));
    driver.launched("task-1");
    exit(driver, "task-1");
    driver.master({ type: "SHUTDOWN_FRAMEWORK", frameworkId: "framework-1" });
    expect(driver.agent.state.frameworks.size).to.equal(0);
    driver.step({ type: "MASTER_DISCONNECTED" });
    driver.connect();
    const message = { agentId: "agent-1", pingTimeoutMs: 75_000, reconcile: [] };
    expect(told(driver.master({ type: "AGENT_REREGISTERED", ...message }))).to.deep.equal([]);
  });

  it("leaves its containers alone on SIGTERM", () => {
    expect(told(running().step({ type: "TERMINATE", unregister: false }))).to.deep.equal([
      "EXIT 0 told to terminate",
    ]);
  });

  const ways = [
    ["SIGUSR1", { type: "TERMINATE", unregister: true }, ["UNREGISTER_AGENT"]],
    [
      "the master's word",
      { type: "MASTER_MESSAGE", message: { type: "SHUTDOWN_AGENT", message: "gone" } },
      [],
    ],
  ] as const;
  for (const [name, input, first] of ways) {
    it(`ends everything on ${name}, gives up its id and exits`, () => {
      const driver = running();
      expect(told(driver.step(input))).to.deep.equal([...first, "KILL 15", "stream-1 < SHUTDOWN"]);
      expect(told(exit(driver, "task-1"))).to.deep.equal([]);
      const last = exit(driver, "executor-1").filter(({ type }) => type !== "LOG");
      expect(last).to.deep.equal([
        { type: "CLOSE_STREAM", stream: "stream-1" },
        { type: "CHECKPOINT", ticket: 2, records: [{ key: "agent", value: undefined }] },
      ]);
      expect(told(driver.step({ type: "CHECKPOINTED", ticket: 2 }))).to.deep.equal([
        "EXIT 0 the agent has ended what it ran",
      ]);
    });
  }

  it("exits at once when it is shut down and runs nothing", () => {
    const driver = AgentDriver.registered();
    const effects = driver.step({ type: "TERMINATE", unregister: true });
    expect(told(effects)).to.deep.equal(["UNREGISTER_AGENT", "CHECKPOINT 2"]);
    expect(told(driver.step({ type: "CHECKPOINTED", ticket: 2 }))).to.deep.equal([
      "EXIT 0 the agent has ended what it ran",
    ]);
  });
});
