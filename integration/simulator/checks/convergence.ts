import type { AgentState } from "../../../core/agent/agent-state.js";
import type { Agent } from "../../../core/master/master-state.js";
import { Resources } from "../../../core/resources/resources.js";
import { volumeChanges } from "../../../core/resources/volumes.js";
import type { AgentProcess } from "../agent-process.js";
import type { Cluster } from "../cluster.js";
import type { TaskRecord } from "../scheduler/job-ledger.js";
import type { SchedulerProcess } from "../scheduler-process.js";
import type { Placements } from "./placements.js";

/** I6: what keeps a cluster without faults from being at rest; empty once it is. */
export function missingToConverge(cluster: Cluster, placements: Placements): string[] {
  const { master, agents, schedulers } = cluster;
  if (master.state === undefined) return ["no master leads"];
  const missing: string[] = [];
  for (const agent of agents) missing.push(...missingOfAgent(cluster, agent));
  for (const scheduler of schedulers) missing.push(...missingOfScheduler(cluster, scheduler));
  for (const [taskId, places] of placements.tasks)
    missing.push(`${taskId} still runs on ${places.map(({ agent }) => agent).join(", ")}`);
  for (const framework of master.state.frameworks.values())
    if (framework.tasks.size > 0)
      missing.push(`the master still has ${[...framework.tasks.keys()].join(", ")}`);
  return missing;
}

function missingOfAgent({ master }: Cluster, agent: AgentProcess): string[] {
  const { state } = agent;
  const id = state?.info.id?.value;
  if (state === undefined || id === undefined) return [`${agent.name} has no id`];
  const known = master.state?.agents.get(id);
  if (known?.active !== true) return [`${agent.name} is not registered`];
  const missing: string[] = [];
  if (state.phase !== "RUNNING") missing.push(`${agent.name} is ${state.phase}`);
  for (const { id: containerId } of agent.containerizer.containers.values())
    missing.push(`container ${containerId} is left on ${agent.name}`);
  missing.push(...missingOfResources(agent, state, known));
  for (const framework of state.frameworks.values())
    missing.push(`${agent.name} still keeps framework ${framework.id}`);
  return missing;
}

/** Master, agent and its disk agree on reservations and volumes, and nothing about them is left to tell. */
function missingOfResources({ name, volumes }: AgentProcess, agent: AgentState, known: Agent) {
  const missing = [...agent.operations.keys()].map((uuid) => `${name} still keeps ${uuid}`);
  missing.push(...[...known.operations.keys()].map((uuid) => `the master still keeps ${uuid}`));
  if (!known.total.equals(agent.total))
    missing.push(
      `${name} has ${agent.total.toString()}, the master says ${known.total.toString()}`,
    );
  const { create } = volumeChanges(agent.settings.workDir, Resources.empty, agent.total);
  if (create.toSorted().join() !== [...volumes].sort().join())
    missing.push(`${name} keeps [${[...volumes].join()}] for [${create.join()}]`);
  return missing;
}

function missingOfScheduler(cluster: Cluster, scheduler: SchedulerProcess): string[] {
  if (scheduler.isTornDown) return [];
  const { ledger, name } = scheduler;
  if (!scheduler.isSubscribed) return [`${name} is not subscribed`];
  const missing = ledger.unfinished.map((job) => `${job.id} has not been run`);
  for (const task of ledger.openTasks())
    if (!isForgotten(cluster, task)) missing.push(`${task.id} is still ${task.state}`);
  return missing;
}

/** An unreachable task whose agent was replaced by another: nobody can tell what became of it. */
function isForgotten({ agents }: Cluster, task: TaskRecord): boolean {
  if (task.state !== "TASK_UNREACHABLE") return false;
  return agents.every(({ state }) => state?.info.id?.value !== task.agentId);
}
