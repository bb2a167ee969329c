import { expect } from "chai";
import {
  agentInfo,
  launch,
  MasterHarness,
  task,
} from "../../integration/builders/master-harness.js";
import {
  partitionAware,
  running,
  statusUuid,
  update,
  wireTask,
} from "../../integration/builders/running-master.js";
import type { AgentToMaster } from "../protocol/agent-protocol.js";
import type { v1 } from "../protocol/v1.js";
import { Resources } from "../resources/resources.js";
import { masterDefaults } from "./master-settings.js";
import { agentProblem } from "./validation/agent.js";

const id = (value: string) => ({ value });
const frameworkInfo = { user: "u", name: "f", id: id("F") };

function types(messages: readonly { readonly type: string }[]): readonly string[] {
  return messages.map(({ type }) => type);
}

/** A registry that holds one agent. */
function registryWith(agentId: string) {
  const info = { ...agentInfo("a1", "cpus:4;mem:1024;disk:1024"), id: id(agentId) };
  return new Map([["agents" as const, new Map([[agentId, { info }]])]]);
}

describe("An agent that registers", () => {
  it("twice, since its first connection broke, is one agent", () => {
    const harness = new MasterHarness({ holdWrites: true });
    harness.registerAgent("a1");
    harness.step({ type: "AGENT_DISCONNECTED", connection: "a1" });
    const message = {
      type: "REGISTER_AGENT",
      agentInfo: agentInfo("a1", "cpus:4;mem:1024;disk:1024"),
      version: "0.0.0",
      capabilities: [],
      checkpointedResources: [],
      resourceVersion: "AAAA",
    } as const;
    harness.step({
      type: "AGENT_MESSAGE",
      connection: "a2",
      remoteAddress: "10.0.0.1",
      message,
    });
    harness.persist();
    harness.persist();
    expect([...harness.master.state.agents.keys()]).to.deep.equal(["M-S1"]);
  });
});

describe("An agent that is back", () => {
  it("and has not heard the answer yet is answered again, and keeps what it was sent meanwhile", () => {
    const { harness, agentId, frameworkId } = running();
    const executor = {
      executor_id: id("e1"),
      command: { value: "true" },
      resources: Resources.parse("cpus:0.5").toWire(),
    };
    const offerId = harness.offer("s1", frameworkId, agentId, "cpus:2;mem:256");
    const { command: _command, ...bare } = task("t2", agentId, { executor });
    harness.call("s1", frameworkId, launch([offerId], bare));
    harness.takeSent("a1");
    harness.reregisterAgent("a1", agentId);
    expect(harness.takeSent("a1")).to.deep.equal([
      { type: "AGENT_REREGISTERED", agentId, pingTimeoutMs: 75_000, reconcile: [] },
    ]);
    const agent = harness.master.state.agents.get(agentId);
    expect([...(agent?.tasks.get(frameworkId)?.keys() ?? [])]).to.deep.equal(["t1", "t2"]);
    expect([...(agent?.executors.get(frameworkId)?.keys() ?? [])]).to.deep.equal(["e1"]);
  });

  it("is told how the tasks ended whose end nobody has acknowledged, and they stay known until then", () => {
    const { harness, agentId, frameworkId } = running();
    harness.fromAgent("a1", update(agentId, frameworkId, "t1", "TASK_FINISHED"));
    harness.takeEvents("s1");
    harness.step({ type: "AGENT_DISCONNECTED", connection: "a1" });
    harness.reregisterAgent("a2", agentId);
    const status = { task_id: id("t1"), agent_id: id(agentId), executor_id: id("t1") };
    const ended = { ...status, state: "TASK_FINISHED" };
    expect(harness.takeSent("a2")).to.deep.equal([
      {
        type: "AGENT_REREGISTERED",
        agentId,
        pingTimeoutMs: 75_000,
        reconcile: [{ frameworkId, taskId: "t1", partitionAware: false, status: ended }],
      },
    ]);
    harness.call("s1", frameworkId, { type: "RECONCILE", reconcile: { tasks: [] } });
    expect(harness.takeUpdates("s1")).to.deep.equal(["t1 TASK_FINISHED REASON_RECONCILIATION"]);
    harness.fromAgent("a2", update(agentId, frameworkId, "t1", "TASK_FINISHED"));
    const acknowledge = { agent_id: id(agentId), task_id: id("t1"), uuid: statusUuid };
    harness.call("s1", frameworkId, { type: "ACKNOWLEDGE", acknowledge });
    expect([...(harness.master.state.frameworks.get(frameworkId)?.tasks ?? [])]).to.deep.equal([]);
  });

  it("is told the state of a task whose last status never arrived", () => {
    const { harness, agentId, frameworkId } = running();
    const behind = update(agentId, frameworkId, "t1", "TASK_RUNNING");
    if (behind.type !== "STATUS_UPDATE") throw new Error("an update is expected");
    const latestState = "TASK_FAILED";
    harness.fromAgent("a1", { ...behind, update: { ...behind.update, latestState } });
    harness.step({ type: "AGENT_DISCONNECTED", connection: "a1" });
    harness.reregisterAgent("a2", agentId);
    const [answer] = harness.takeSent("a2");
    const reason = "REASON_RECONCILIATION";
    const message = "Reconciliation: Latest task state";
    const status = { task_id: id("t1"), state: latestState, reason, message };
    expect(answer).to.deep.include({
      reconcile: [{ frameworkId, taskId: "t1", partitionAware: false, status }],
    });
  });

  it("cannot speak for another over its connection", () => {
    const { harness } = running();
    harness.reregisterAgent("a1", "other");
    expect(harness.effects.find(({ type }) => type === "DISCONNECT")).to.deep.include({
      reason: "MALFORMED",
      message: "agentInfo.id: this is the connection of agent M-S0",
    });
  });

  it("while recovered agents are given up is not given up, though the registry has not answered yet", () => {
    const harness = new MasterHarness({ holdWrites: true, registry: registryWith("S") });
    harness.reregisterAgent("a1", "S", {
      agentInfo: { ...agentInfo("a1", "cpus:8"), id: id("S") },
    });
    harness.fire("RECOVERY_TIMEOUT");
    harness.persist();
    const { agents, unreachableAgents, recoveredAgents } = harness.master.state;
    expect([[...agents.keys()], [...unreachableAgents], [...recoveredAgents]]).to.deep.equal([
      ["S"],
      [],
      [],
    ]);
    expect(harness.registry.map(({ collection }) => collection)).to.deep.equal(["agents"]);
  });

  it("is not lost by a timer that began before it was lost the last time", () => {
    const { harness, agentId } = running();
    harness.step({ type: "AGENT_DISCONNECTED", connection: "a1" });
    const timer = harness.timers.findLast((one) => one.timer.type === "AGENT_REREGISTER_TIMEOUT");
    for (let i = 0; i < 6; i++) harness.fire("PING");
    harness.reregisterAgent("a1", agentId);
    harness.step({ type: "AGENT_DISCONNECTED", connection: "a1" });
    if (timer !== undefined) harness.step({ type: "TIMER", timer: timer.timer });
    expect([...harness.master.state.agents.keys()]).to.deep.equal([agentId]);
  });

  it("has no unreachable tasks any more, also none that it has lost", () => {
    const { harness, agentId, frameworkId } = running(partitionAware);
    for (let i = 0; i < 6; i++) harness.fire("PING");
    const framework = harness.master.state.frameworks.get(frameworkId);
    expect([...(framework?.unreachableTasks.keys() ?? [])]).to.deep.equal(["t1"]);
    harness.reregisterAgent("a2", agentId);
    expect([...(framework?.unreachableTasks.keys() ?? [])]).to.deep.equal([]);
  });

  it("has no unreachable tasks once the registry has forgotten it", () => {
    const { harness, frameworkId } = running(partitionAware);
    for (let i = 0; i < 6; i++) harness.fire("PING");
    harness.nowMs += masterDefaults.registryMaxAgentAgeMs + 1;
    harness.fire("REGISTRY_GC");
    const { frameworks, unreachableAgents } = harness.master.state;
    expect([...(frameworks.get(frameworkId)?.unreachableTasks.keys() ?? [])]).to.deep.equal([]);
    expect([...unreachableAgents.keys()]).to.deep.equal([]);
  });

  it("loses a task whose id has come into use on another agent", () => {
    const { harness, frameworkId } = running();
    const tasks = [wireTask(frameworkId)];
    harness.reregisterAgent("a2", "S", { tasks, frameworks: [{ frameworkInfo }] });
    expect(harness.takeSent("a2").slice(1)).to.deep.equal([
      { type: "KILL_TASK", frameworkId, taskId: "t1" },
    ]);
    expect(harness.master.state.frameworks.get(frameworkId)?.tasks.get("t1")?.agentId).to.equal(
      "M-S0",
    );
    harness.fromAgent("a2", update("S", frameworkId, "t1", "TASK_KILLED"));
    expect(harness.takeUpdates("s1")).to.deep.equal([]);
    expect(types(harness.takeSent("a2"))).to.deep.equal(["ACKNOWLEDGE_STATUS_UPDATE"]);
  });

  it("ends the frameworks that are over", () => {
    const { harness, agentId, frameworkId } = running();
    const wire = harness.master.state.frameworks.get(frameworkId)?.tasks.get("t1")?.wire as v1.Task;
    harness.step({ type: "AGENT_DISCONNECTED", connection: "a1" });
    harness.operator({ type: "TEARDOWN", teardown: { framework_id: id(frameworkId) } });
    const info = { ...frameworkInfo, id: id(frameworkId) };
    harness.reregisterAgent("a2", agentId, {
      tasks: [wire],
      frameworks: [{ frameworkInfo: info }],
    });
    expect(types(harness.takeSent("a2"))).to.deep.equal([
      "SHUTDOWN_FRAMEWORK",
      "AGENT_REREGISTERED",
    ]);
    expect([...(harness.master.state.agents.get(agentId)?.tasks ?? [])]).to.deep.equal([]);
  });
});

describe("An agent whose place another has taken", () => {
  it("is cut off, so that it registers again if it is there all the same", () => {
    const { harness } = running();
    harness.fromAgent("b1", {
      type: "REGISTER_AGENT",
      agentInfo: agentInfo("b1", "cpus:1"),
      version: "0.0.0",
      capabilities: [],
      checkpointedResources: [],
      resourceVersion: "AAAA",
    });
    expect(harness.effects.find(({ type }) => type === "DISCONNECT")).to.deep.include({
      connection: "a1",
    });
    expect(harness.takeUpdates("s1")).to.deep.equal(["t1 TASK_LOST REASON_AGENT_REMOVED"]);
  });

  it("is heard no more while it is being removed, and its task is lost once", () => {
    const { harness, agentId, frameworkId } = running({}, { holdWrites: false });
    harness.fromAgent("a1", { type: "UNREGISTER_AGENT", agentId });
    harness.fromAgent("a1", update(agentId, frameworkId, "t1", "TASK_FINISHED"));
    expect(harness.takeUpdates("s1")).to.deep.equal(["t1 TASK_LOST REASON_AGENT_REMOVED"]);
  });
});

describe("agentProblem", () => {
  const settings = {
    ...masterDefaults,
    masterInfo: { id: "M", ip: 0, port: 5050 },
    version: "0.0.0",
    startTimeMs: 0,
  };
  const good = {
    type: "REREGISTER_AGENT",
    agentInfo: { ...agentInfo("h", "cpus:4;disk(dev):10"), id: id("S") },
    version: "0.0.0",
    capabilities: [],
    checkpointedResources: [],
    resourceVersion: "AAAA",
    frameworks: [{ frameworkInfo }],
    executors: [],
    tasks: [],
    operations: [],
  } as const;
  type Message = AgentToMaster & { readonly type: "REREGISTER_AGENT" };
  const problem = (more: Partial<Message>, other = {}) =>
    agentProblem({ ...good, ...more }, { ...settings, ...other });
  const cpus = (value: number, role?: string): v1.Resource => ({
    name: "cpus",
    type: "SCALAR",
    scalar: { value },
    ...(role !== undefined && { allocation_info: { role } }),
  });
  const info = (more: Partial<v1.AgentInfo>) => ({ agentInfo: { ...good.agentInfo, ...more } });
  const framework = (more: Partial<v1.FrameworkInfo>) => ({
    frameworks: [{ frameworkInfo: { ...frameworkInfo, ...more } }],
  });
  const executorInfo = (resources: readonly v1.Resource[]) => ({ executor_id: id("e"), resources });
  const domain = { fault_domain: { region: { name: "r" }, zone: { name: "z" } } };

  it("takes what is right", () => {
    expect(problem({ tasks: [wireTask("F", { resources: [cpus(1, "*")] })] })).to.equal(undefined);
  });

  const bad: readonly [string, string | undefined, string][] = [
    ["negative resources", problem(info({ resources: [cpus(-1)] })), "agentInfo.resources"],
    [
      "resources that somebody holds",
      problem(info({ resources: [cpus(1, "*")] })),
      "allocation_info",
    ],
    ["bad reservations", problem({ checkpointedResources: [cpus(-1)] }), "checkpointedResources"],
    [
      "reservations of what it has not",
      problem({
        checkpointedResources: [{ ...cpus(9), reservations: [{ type: "DYNAMIC", role: "dev" }] }],
      }),
      "do not hold what is reserved",
    ],
    ["a domain the master lacks", problem(info({ domain })), "agentInfo.domain"],
    ["no domain", problem({}, { requireAgentDomain: true }), "agentInfo.domain"],
    ["an empty id", problem(info({ id: id("") })), "agentInfo.id"],
    ["a framework above its directory", problem(framework({ id: id("..") })), "frameworks[0]"],
    ["a framework in a bad role", problem(framework({ role: "a//b" })), "frameworkInfo.roles"],
    [
      "a task's bad resources",
      problem({ tasks: [wireTask("F", { resources: [cpus(NaN, "*")] })] }),
      "tasks[0].resources",
    ],
    [
      "a task that holds for nobody",
      problem({ tasks: [wireTask("F", { resources: [cpus(1)] })] }),
      "tasks[0].resources: cpus is not allocated",
    ],
    [
      "an executor that holds for nobody",
      problem({ executors: [{ frameworkId: "F", executorInfo: executorInfo([cpus(1)]) }] }),
      "executors[0].executorInfo.resources: cpus is not allocated",
    ],
  ];
  for (const [what, found, message] of bad)
    it(`names ${what}`, () => {
      expect(found).to.include(message);
    });

  it("names the missing id of a framework", () => {
    expect(problem({ frameworks: [{ frameworkInfo: { user: "u", name: "f" } }] })).to.equal(
      "frameworks[0].frameworkInfo.id: required, but not set",
    );
  });
});
