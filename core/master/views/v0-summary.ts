import type { AgentId, FrameworkId } from "../../base/ids.js";
import { lazily } from "../../protocol/v0/lazy.js";
import type { v1 } from "../../protocol/v1.js";
import type { MasterState } from "../master-state.js";
import { snapshotAgents, snapshotFrameworks } from "./snapshots.js";
import { v0FrameworkSummary } from "./v0-frameworks.js";
import { v0Slave } from "./v0-slaves.js";

const STATES = [
  "TASK_STAGING",
  "TASK_STARTING",
  "TASK_RUNNING",
  "TASK_KILLING",
  "TASK_FINISHED",
  "TASK_KILLED",
  "TASK_FAILED",
  "TASK_LOST",
  "TASK_ERROR",
  "TASK_DROPPED",
  "TASK_UNREACHABLE",
  "TASK_GONE",
  "TASK_GONE_BY_OPERATOR",
] as const satisfies readonly v1.TaskState[];

const NONE = Object.fromEntries(STATES.map((state) => [state, 0]));

/** How many tasks are in each state, and which ids of the other side they connect to. */
class Tally {
  private readonly counts: Record<string, number> = { ...NONE };
  readonly ids = new Set<string>();

  count(state: v1.TaskState): void {
    const count = this.counts[state];
    if (count !== undefined) this.counts[state] = count + 1;
  }
  toCounts(): Readonly<Record<string, number>> {
    return this.counts;
  }
}

/** `/state-summary`: agents and frameworks with the number of their tasks instead of the tasks. */
export function v0StateSummary(state: MasterState): object {
  const { byAgent, byFramework } = tallyTasks(state);
  const { hostname = "" } = state.settings.masterInfo;
  return {
    hostname,
    ...(state.settings.cluster !== undefined && { cluster: state.settings.cluster }),
    slaves: lazily(snapshotAgents(state), (agent) => {
      const tally = byAgent.get(agent.id) ?? new Tally();
      return { ...v0Slave(agent), ...tally.toCounts(), framework_ids: [...tally.ids] };
    }),
    frameworks: lazily(snapshotFrameworks(state), (framework) => {
      const tally = byFramework.get(framework.id) ?? new Tally();
      return { ...v0FrameworkSummary(framework), ...tally.toCounts(), slave_ids: [...tally.ids] };
    }),
  };
}

function tallyTasks(state: MasterState) {
  const byAgent = new Map<AgentId, Tally>();
  const byFramework = new Map<FrameworkId, Tally>();
  for (const { id, tasks, unreachableTasks, completedTasks } of state.frameworks.values()) {
    const ofFramework = tallyOf(byFramework, id);
    for (const { wire } of tasks.values()) ofFramework.count(wire.state);
    for (const ended of [unreachableTasks.values(), completedTasks])
      for (const { state: taskState, agent_id } of ended) {
        ofFramework.count(taskState);
        ofFramework.ids.add(agent_id.value);
        const ofAgent = tallyOf(byAgent, agent_id.value);
        ofAgent.count(taskState);
        ofAgent.ids.add(id);
      }
  }
  for (const { id, tasks } of state.agents.values()) {
    const ofAgent = tallyOf(byAgent, id);
    for (const [frameworkId, ofFramework] of tasks) {
      ofAgent.ids.add(frameworkId);
      tallyOf(byFramework, frameworkId).ids.add(id);
      for (const { wire } of ofFramework.values()) ofAgent.count(wire.state);
    }
  }
  return { byAgent, byFramework };
}

function tallyOf(tallies: Map<string, Tally>, id: string): Tally {
  let tally = tallies.get(id);
  if (tally === undefined) tallies.set(id, (tally = new Tally()));
  return tally;
}
