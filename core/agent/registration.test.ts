import { expect } from "chai";
import { Resources } from "../resources/resources.js";
import type { AgentEffect } from "./agent-io.js";
import {
  AgentDriver,
  commandTask,
  executorInfo,
  executorTask,
  subscribe,
  testAgentSettings,
  timers,
  told,
} from "./testing.js";

const registered = {
  type: "AGENT_REGISTERED",
  agentId: "agent-1",
  pingTimeoutMs: 75_000,
} as const;
const reregistered = { ...registered, type: "AGENT_REREGISTERED", reconcile: [] } as const;

function recovered(record?: unknown): AgentDriver {
  const driver = new AgentDriver();
  const checkpoints = new Map(record === undefined ? [] : [["agent", record]]);
  driver.step({ type: "RECOVERED", checkpoints });
  return driver;
}

/** The next attempt, at the end of its delay. */
function retry(driver: AgentDriver, effects: readonly AgentEffect[]): AgentEffect[] {
  const [timer] = timers(effects).filter(({ type }) => type === "REGISTER");
  return timer ? driver.timer(timer, timer.delayMs) : [];
}

function sent(effects: readonly AgentEffect[], type: string): unknown {
  return effects.find((effect) => effect.type === "SEND" && effect.message.type === type);
}

describe("Registration", () => {
  it("registers after a random delay, and writes the id it is given down", () => {
    const driver = recovered();
    const { agentInfo } = testAgentSettings;
    const connected = driver.connect();
    expect(told(connected)).to.deep.equal([]);
    expect(sent(retry(driver, connected), "REGISTER_AGENT")).to.deep.equal({
      type: "SEND",
      message: {
        type: "REGISTER_AGENT",
        agentInfo,
        version: "1.11.0",
        capabilities: [],
        checkpointedResources: [],
        resourceVersion: driver.agent.state.resourceVersion,
      },
    });
    const value = { agentInfo: { ...agentInfo, id: { value: "agent-1" } }, bootId: "boot" };
    const answer = driver.master(registered).filter(({ type }) => type !== "LOG");
    expect(answer).to.deep.equal([
      { type: "CHECKPOINT", ticket: 1, records: [{ key: "agent", value }] },
      { type: "TIMER", timer: { type: "PING_TIMEOUT", generation: 1 }, delayMs: 75_000 },
    ]);
  });

  it("tries again after random delays whose limit doubles up to a minute", () => {
    const driver = recovered();
    const limits = [1000, 2000, 4000, 8000, 16_000, 32_000, 60_000, 60_000];
    let effects = driver.connect();
    for (const limit of limits) {
      const [timer] = timers(effects);
      expect(timer?.delayMs).to.be.within(0, limit);
      effects = retry(driver, effects);
      expect(told(effects)).to.deep.equal(["REGISTER_AGENT"]);
    }
    driver.master(registered);
    expect(retry(driver, effects)).to.deep.equal([]);
  });

  it("does not take another id than its own", () => {
    const driver = AgentDriver.registered();
    expect(told(driver.master({ ...registered, agentId: "agent-2" }))).to.deep.equal([
      "EXIT 1 the master calls this agent agent-2, but it is agent-1",
    ]);
    expect(driver.connect()).to.deep.equal([]);
  });

  it("names what it runs when it registers again, and repeats what is not acknowledged", () => {
    const driver = AgentDriver.registered();
    const executor = executorInfo("executor-1");
    driver.run(commandTask("task-1"));
    driver.launched("task-1");
    driver.run(executorTask("task-2", executor), { executor });
    driver.step({ type: "MASTER_DISCONNECTED" });
    const effects = retry(driver, driver.connect());
    const { frameworks, resourceVersion, info } = driver.agent.state;
    expect(sent(effects, "REREGISTER_AGENT")).to.deep.equal({
      type: "SEND",
      message: {
        type: "REREGISTER_AGENT",
        agentInfo: info,
        version: "1.11.0",
        capabilities: [],
        checkpointedResources: [],
        resourceVersion,
        frameworks: [{ frameworkInfo: frameworks.get("framework-1")?.info }],
        executors: [{ frameworkId: "framework-1", executorInfo: executor }],
        tasks: [driver.task("task-1"), driver.task("task-2")],
        operations: [],
      },
    });
    expect(told(driver.master(reregistered))).to.deep.equal([
      "task-1 TASK_STARTING (now TASK_RUNNING)",
    ]);
  });

  it("answers for tasks the master has and it has not, once for each", () => {
    const driver = AgentDriver.registered();
    driver.run(commandTask("task-1"));
    driver.step({ type: "MASTER_DISCONNECTED" });
    driver.connect();
    const known = { frameworkId: "framework-1", taskId: "task-1", partitionAware: true };
    const reconcile = [
      known,
      { ...known, taskId: "task-2" },
      { ...known, taskId: "task-3", partitionAware: false },
    ];
    const answers = [
      "task-2 TASK_DROPPED REASON_RECONCILIATION Task is unknown to the agent",
      "task-3 TASK_LOST REASON_RECONCILIATION Task is unknown to the agent",
    ];
    expect(told(driver.master({ ...reregistered, reconcile }))).to.deep.equal(answers);
    expect(told(driver.master({ ...reregistered, reconcile }))).to.deep.equal([]);
    driver.step({ type: "MASTER_DISCONNECTED" });
    driver.connect();
    expect(told(driver.master({ ...reregistered, reconcile }))).to.deep.equal(answers);
  });

  it("reports the end of tasks that its last process left, again until it is acknowledged", () => {
    const driver = AgentDriver.registered();
    driver.run(commandTask("task-1"));
    driver.step({ type: "MASTER_DISCONNECTED" });
    driver.connect();
    const status = {
      task_id: { value: "task-2" },
      state: "TASK_FINISHED",
      source: "SOURCE_EXECUTOR",
      message: "Command exited with status 0",
      timestamp: 900,
    } as const;
    const ended = { frameworkId: "framework-1", taskId: "task-2", partitionAware: true, status };
    const known = {
      ...ended,
      taskId: "task-1",
      status: { ...status, task_id: { value: "task-1" } },
    };
    const reconcile = [known, { ...ended, executorId: "executor-1" }];
    const effects = driver.master({ ...reregistered, reconcile });
    expect(told(effects)).to.deep.equal(["task-2 TASK_FINISHED Command exited with status 0"]);
    const [message] = effects.flatMap((effect) =>
      effect.type === "SEND" && effect.message.type === "STATUS_UPDATE" ? [effect.message] : [],
    );
    const { uuid, ...reported } = message?.update.status ?? {};
    expect({ ...message?.update, status: reported }).to.deep.equal({
      frameworkId: "framework-1",
      executorId: "executor-1",
      status: {
        ...status,
        agent_id: { value: "agent-1" },
        container_status: { network_infos: [{ ip_addresses: [{ ip_address: "10.0.0.1" }] }] },
      },
      latestState: "TASK_FINISHED",
    });
    const [timer] = timers(effects).filter(({ type }) => type === "STATUS_UPDATE_RETRY");
    if (!timer || uuid === undefined) throw new Error("an update is repeated");
    expect(told(driver.timer(timer, timer.delayMs))).to.deep.equal(told(effects));
    driver.acknowledge("task-2", uuid);
    driver.step({ type: "MASTER_DISCONNECTED" });
    driver.connect();
    expect(told(driver.master(reregistered))).to.deep.equal([]);
  });

  it("answers pings, and registers again when the master takes it for disconnected", () => {
    const driver = AgentDriver.registered();
    expect(told(driver.master({ type: "PING", connected: true }))).to.deep.equal(["PONG"]);
    const effects = driver.master({ type: "PING", connected: false });
    expect(told(effects)).to.deep.equal(["PONG"]);
    expect(driver.agent.state.phase).to.equal("DISCONNECTED");
    expect(told(retry(driver, effects))).to.deep.equal(["REREGISTER_AGENT"]);
  });

  it("looks for the leader again when no ping comes in time", () => {
    const driver = AgentDriver.registered();
    const [before] = timers(driver.master({ type: "PING", connected: true }));
    const [after] = timers(driver.master({ type: "PING", connected: true }));
    if (!before || !after) throw new Error("a ping starts a timer");
    expect(driver.timer(before, 75_000)).to.deep.equal([]);
    expect(told(driver.timer(after))).to.deep.equal(["RECONNECT"]);
    expect(driver.agent.state.phase).to.equal("DISCONNECTED");
  });

  it("ignores launches and kills of a master it is not registered with", () => {
    const driver = AgentDriver.registered();
    driver.run(commandTask("task-1"));
    driver.step({ type: "MASTER_DISCONNECTED" });
    driver.connect();
    expect(told(driver.run(commandTask("task-2")))).to.deep.equal([]);
    expect(told(driver.kill("task-1"))).to.deep.equal([]);
  });

  it("tells plugins' resources and attributes to the master", () => {
    const driver = new AgentDriver();
    const resources = Resources.parse("cpus:1;gpus:2").toWire();
    const attributes = [{ name: "rack", type: "TEXT", text: { value: "r1" } }] as const;
    driver.hooks.agentResources.tap("gpus", () => resources);
    driver.hooks.agentAttributes.tap("rack", () => attributes);
    driver.step({ type: "RECOVERED", checkpoints: new Map() });
    const message = sent(retry(driver, driver.connect()), "REGISTER_AGENT");
    expect(message).to.deep.nested.include({
      "message.agentInfo.resources": resources,
      "message.agentInfo.attributes": attributes,
    });
  });
});

describe("Recovery", () => {
  const agentInfo = { ...testAgentSettings.agentInfo, id: { value: "agent-1" } };

  it("keeps the id over a restart, and has none of the tasks before it", () => {
    const driver = recovered({ agentInfo, bootId: "boot" });
    const effects = retry(driver, driver.connect());
    expect(sent(effects, "REREGISTER_AGENT")).to.deep.nested.include({
      "message.agentInfo": agentInfo,
      "message.tasks": [],
    });
  });

  it("refuses to start with an incompatible configuration, naming the fields and the remedy", () => {
    const resources = Resources.parse("cpus:8;mem:4096").toWire();
    const driver = new AgentDriver();
    const record = { agentInfo: { ...agentInfo, hostname: "other", resources }, bootId: "boot" };
    const effects = driver.step({ type: "RECOVERED", checkpoints: new Map([["agent", record]]) });
    expect(told(effects)).to.deep.equal([
      'EXIT 1 hostname, resources changed incompatibly (reconfiguration policy "equal"): ' +
        "restore the configuration, or remove /work/meta to register as a new agent",
    ]);
  });

  it("becomes a new agent if the machine was rebooted with an incompatible configuration", () => {
    const driver = recovered({ agentInfo: { ...agentInfo, hostname: "other" }, bootId: "old" });
    expect(told(retry(driver, driver.connect()))).to.deep.equal(["REGISTER_AGENT"]);
  });

  it("becomes a new agent with another configuration where the policy lets it", () => {
    const driver = new AgentDriver({ reconfigurationPolicy: "replace" });
    const record = { agentInfo: { ...agentInfo, port: 1 }, bootId: "boot" };
    driver.step({ type: "RECOVERED", checkpoints: new Map([["agent", record]]) });
    expect(told(retry(driver, driver.connect()))).to.deep.equal(["REGISTER_AGENT"]);
  });

  it("answers executors with 503 until it has recovered", () => {
    const driver = new AgentDriver();
    expect(told(driver.call(subscribe("executor-1")))).to.deep.equal([
      "RESPOND 503 Agent has not finished recovery",
    ]);
  });
});
