import type { Agent, Framework, MasterState, Task } from "../../core/master/master-state.js";
import { masterDefaults, type MasterSettings } from "../../core/master/master-settings.js";
import { MasterMetrics } from "../../core/master/metrics.js";
import type { v1 } from "../../core/protocol/v1.js";
import { Resources } from "../../core/resources/resources.js";

const settings: MasterSettings = {
  ...masterDefaults,
  masterInfo: { id: "M", ip: 0x0100007f, port: 5050, hostname: "master.example" },
  version: "1.2.3",
  startTimeMs: 1_000,
};

/** A master that leads and knows of nothing. */
export function masterState(): MasterState {
  return {
    settings,
    epoch: 1,
    electedTimeMs: 2_000,
    frameworks: new Map(),
    completedFrameworks: new Map(),
    agents: new Map(),
    recoveredAgents: new Map(),
    unreachableAgents: new Map(),
    goneAgents: new Map(),
    offers: new Map(),
    quotas: new Map(),
    weights: new Map(),
    metrics: new MasterMetrics(),
  };
}

/** Adds an agent that is connected from 10.0.0.1. */
export function addAgent(
  state: MasterState,
  id: string,
  resources: string,
  changes: Partial<Agent> = {},
): Agent {
  const total = Resources.parse(resources);
  const agent: Agent = {
    id,
    info: {
      id: { value: id },
      hostname: `${id}.example`,
      port: 5051,
      resources: total.toWire(),
    },
    version: "1.2.3",
    capabilities: [{ type: "MULTI_ROLE" }],
    total,
    resourceVersion: "",
    connection: `connection-${id}`,
    remoteAddress: "10.0.0.1",
    active: true,
    deactivated: false,
    generation: 0,
    missedPings: 0,
    observation: 0,
    registeredTimeMs: 3_000,
    reregisteredTimeMs: undefined,
    tasks: new Map(),
    executors: new Map(),
    offers: new Map(),
    operations: new Map(),
    ...changes,
  };
  state.agents.set(id, agent);
  return agent;
}

/** Adds a framework that is connected, in the role `web`. */
export function addFramework(
  state: MasterState,
  id: string,
  changes: Partial<Framework> = {},
): Framework {
  const framework: Framework = {
    id,
    info: {
      id: { value: id },
      user: "root",
      name: `framework ${id}`,
      roles: ["web"],
      capabilities: [{ type: "MULTI_ROLE" }],
    },
    roles: new Set(["web"]),
    capabilities: new Set(["MULTI_ROLE"]),
    suppressedRoles: new Set(),
    offerConstraints: undefined,
    principal: undefined,
    stream: `stream-${id}`,
    recovered: false,
    generation: 0,
    registeredTimeMs: 4_000,
    reregisteredTimeMs: undefined,
    unregisteredTimeMs: undefined,
    tasks: new Map(),
    unreachableTasks: new Map(),
    unreachableKills: new Set(),
    completedTasks: [],
    executors: new Map(),
    offers: new Map(),
    operations: new Map(),
    ...changes,
  };
  state.frameworks.set(id, framework);
  return framework;
}

/** Adds a running task of a framework on an agent. */
export function addTask(
  framework: Framework,
  agent: Agent,
  id: string,
  resources: string,
  changes: Partial<v1.Task> = {},
): Task {
  const held = Resources.parse(resources).allocate("web");
  const task: Task = {
    wire: wireTask(framework.id, agent.id, id, { resources: held.toWire(), ...changes }),
    taskId: id,
    frameworkId: framework.id,
    agentId: agent.id,
    executorId: undefined,
    resources: held,
    terminated: false,
    killRequested: false,
  };
  framework.tasks.set(id, task);
  const ofFramework = agent.tasks.get(framework.id) ?? new Map<string, Task>();
  agent.tasks.set(framework.id, ofFramework.set(id, task));
  return task;
}

export function wireTask(
  frameworkId: string,
  agentId: string,
  id: string,
  changes: Partial<v1.Task> = {},
): v1.Task {
  return {
    name: `task ${id}`,
    task_id: { value: id },
    framework_id: { value: frameworkId },
    agent_id: { value: agentId },
    state: "TASK_RUNNING",
    statuses: [{ task_id: { value: id }, state: "TASK_RUNNING", timestamp: 5 }],
    ...changes,
  };
}

/** An agent with a task and an offer, a framework that is gone, and agents that have not come back. */
export function populate(state: MasterState): void {
  const agent = addAgent(state, "A1", "cpus:4;mem:1024;ports:[31000-31009];disk(db):50", {
    reregisteredTimeMs: 3_500,
  });
  const framework = addFramework(state, "F1");
  addTask(framework, agent, "T1", "cpus:1;mem:100;ports:[31000-31001]", {
    labels: { labels: [{ key: "a", value: "b" }] },
  });
  const offer = {
    id: "O1",
    frameworkId: "F1",
    agentId: "A1",
    role: "web",
    resources: Resources.parse("cpus:2").allocate("web"),
  };
  for (const offers of [state.offers, agent.offers, framework.offers]) offers.set("O1", offer);
  framework.unreachableTasks.set("T2", wireTask("F1", "A2", "T2", { state: "TASK_LOST" }));
  framework.executors.set(
    "A1",
    new Map([["E1", { executor_id: { value: "E1" }, framework_id: { value: "F1" } }]]),
  );
  agent.executors.set("F1", framework.executors.get("A1") ?? new Map());
  state.completedFrameworks.set("F0", {
    info: { id: { value: "F0" }, user: "u", name: "old", role: "ops" },
    registeredTimeMs: 1_500,
    reregisteredTimeMs: undefined,
    unregisteredTimeMs: 2_500,
    completedTasks: [wireTask("F0", "A1", "T0", { state: "TASK_FINISHED", statuses: [] })],
  });
  state.recoveredAgents.set("A3", { id: { value: "A3" }, hostname: "a3" });
  state.unreachableAgents.set("A2", 1);
}
