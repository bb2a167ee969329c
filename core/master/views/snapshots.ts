import type { AgentId, ExecutorId, FrameworkId } from "../../base/ids.js";
import type { v1 } from "../../protocol/v1.js";
import type {
  Agent,
  CompletedFramework,
  Framework,
  MasterState,
  Offer,
  Task,
} from "../master-state.js";
import type { Holding } from "./holdings.js";

/** What the views show of an agent, as it was at one moment: references only, to what never changes. */
export interface AgentSnapshot
  extends Readonly<
    Pick<
      Agent,
      | "id"
      | "info"
      | "version"
      | "capabilities"
      | "total"
      | "remoteAddress"
      | "active"
      | "deactivated"
      | "registeredTimeMs"
      | "reregisteredTimeMs"
    >
  > {
  /** Its tasks and executors. */
  readonly used: readonly Holding[];
  readonly offers: readonly Offer[];
}

/** What the views show of a framework, as it was at one moment. */
export interface FrameworkSnapshot
  extends Readonly<
    Pick<
      Framework,
      | "id"
      | "info"
      | "recovered"
      | "registeredTimeMs"
      | "reregisteredTimeMs"
      | "unregisteredTimeMs"
      | "offerConstraints"
    >
  > {
  readonly connected: boolean;
  readonly used: readonly Holding[];
  readonly offers: readonly Offer[];
  readonly tasks: readonly v1.Task[];
  readonly unreachableTasks: readonly v1.Task[];
  readonly completedTasks: readonly v1.Task[];
  readonly executors: readonly ExecutorSnapshot[];
}
export interface ExecutorSnapshot {
  readonly agentId: AgentId;
  readonly info: v1.ExecutorInfo;
}

export function snapshotAgents(state: MasterState): readonly AgentSnapshot[] {
  return Array.from(state.agents.values(), snapshotAgent);
}

export function snapshotAgent(agent: Agent): AgentSnapshot {
  const used: Holding[] = [];
  for (const tasks of agent.tasks.values()) addTasks(used, tasks.values());
  for (const executors of agent.executors.values()) addExecutors(used, agent.id, executors);
  return {
    id: agent.id,
    info: agent.info,
    version: agent.version,
    capabilities: agent.capabilities,
    total: agent.total,
    remoteAddress: agent.remoteAddress,
    active: agent.active,
    deactivated: agent.deactivated,
    registeredTimeMs: agent.registeredTimeMs,
    reregisteredTimeMs: agent.reregisteredTimeMs,
    used,
    offers: [...agent.offers.values()],
  };
}

export function snapshotFrameworks(state: MasterState): readonly FrameworkSnapshot[] {
  return Array.from(state.frameworks.values(), snapshotFramework);
}

export function snapshotFramework(framework: Framework): FrameworkSnapshot {
  const used: Holding[] = [];
  addTasks(used, framework.tasks.values());
  for (const [agentId, executors] of framework.executors) addExecutors(used, agentId, executors);
  return {
    id: framework.id,
    info: framework.info,
    recovered: framework.recovered,
    registeredTimeMs: framework.registeredTimeMs,
    reregisteredTimeMs: framework.reregisteredTimeMs,
    unregisteredTimeMs: framework.unregisteredTimeMs,
    offerConstraints: framework.offerConstraints,
    connected: framework.stream !== undefined,
    used,
    offers: [...framework.offers.values()],
    tasks: Array.from(framework.tasks.values(), ({ wire }) => wire),
    unreachableTasks: [...framework.unreachableTasks.values()],
    completedTasks: [...framework.completedTasks],
    executors: executorsOf(framework),
  };
}

function executorsOf(framework: Framework): readonly ExecutorSnapshot[] {
  const list: ExecutorSnapshot[] = [];
  for (const [agentId, executors] of framework.executors)
    for (const info of executors.values()) list.push({ agentId, info });
  return list;
}

function addTasks(used: Holding[], tasks: Iterable<Task>): void {
  for (const { terminated, wire } of tasks)
    if (!terminated && wire.resources !== undefined) used.push(wire);
}

function addExecutors(
  used: Holding[],
  agentId: AgentId,
  executors: ReadonlyMap<ExecutorId, v1.ExecutorInfo>,
): void {
  for (const { resources } of executors.values())
    if (resources !== undefined) used.push({ agent_id: { value: agentId }, resources });
}

/** The frameworks that have ended, in the shape of the others. */
export function snapshotCompletedFrameworks(state: MasterState): readonly FrameworkSnapshot[] {
  return Array.from(state.completedFrameworks, ([id, framework]) => completed(id, framework));
}

function completed(id: FrameworkId, framework: CompletedFramework): FrameworkSnapshot {
  return {
    id,
    info: framework.info,
    recovered: false,
    registeredTimeMs: framework.registeredTimeMs,
    reregisteredTimeMs: framework.reregisteredTimeMs,
    unregisteredTimeMs: framework.unregisteredTimeMs,
    offerConstraints: undefined,
    connected: false,
    used: [],
    offers: [],
    tasks: [],
    unreachableTasks: [],
    completedTasks: framework.completedTasks,
    executors: [],
  };
}
