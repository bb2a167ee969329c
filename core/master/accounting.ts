import type { AgentId, FrameworkId } from "../base/ids.js";
import { Resources } from "../resources/resources.js";
import type { v1 } from "../protocol/v1.js";
import type { Agent, Framework, Task } from "./master-state.js";

/** What one framework's tasks and executors hold on one agent, with allocation info. */
export function usedOn(agent: Agent, frameworkId: FrameworkId): Resources {
  let used = Resources.empty;
  for (const task of agent.tasks.get(frameworkId)?.values() ?? [])
    if (!task.terminated) used = used.plus(task.resources);
  for (const executor of agent.executors.get(frameworkId)?.values() ?? [])
    used = used.plus(Resources.fromWire(executor.resources));
  return used;
}

/** What each framework holds on an agent. */
export function usedByFramework(agent: Agent): ReadonlyMap<FrameworkId, Resources> {
  const ids = new Set([...agent.tasks.keys(), ...agent.executors.keys()]);
  return new Map([...ids].map((id) => [id, usedOn(agent, id)]));
}

/** What a framework holds, an agent each. */
export function usedByAgent(
  framework: Framework,
  agents: ReadonlyMap<AgentId, Agent>,
): ReadonlyMap<AgentId, Resources> {
  const ids = new Set(framework.executors.keys());
  for (const task of framework.tasks.values()) ids.add(task.agentId);
  const used = new Map<AgentId, Resources>();
  for (const id of ids) {
    const agent = agents.get(id);
    if (agent !== undefined) used.set(id, usedOn(agent, framework.id));
  }
  return used;
}

export function linkTask(agent: Agent, framework: Framework, task: Task): void {
  framework.tasks.set(task.taskId, task);
  let tasks = agent.tasks.get(framework.id);
  if (tasks === undefined) agent.tasks.set(framework.id, (tasks = new Map()));
  tasks.set(task.taskId, task);
}

export function unlinkTask(agent: Agent | undefined, framework: Framework, task: Task): void {
  framework.tasks.delete(task.taskId);
  const tasks = agent?.tasks.get(framework.id);
  tasks?.delete(task.taskId);
  if (tasks?.size === 0) agent?.tasks.delete(framework.id);
}

export function linkExecutor(agent: Agent, framework: Framework, info: v1.ExecutorInfo): void {
  const id = info.executor_id.value;
  let onAgent = agent.executors.get(framework.id);
  if (onAgent === undefined) agent.executors.set(framework.id, (onAgent = new Map()));
  onAgent.set(id, info);
  let ofFramework = framework.executors.get(agent.id);
  if (ofFramework === undefined) framework.executors.set(agent.id, (ofFramework = new Map()));
  ofFramework.set(id, info);
}

export function unlinkExecutor(
  agent: Agent,
  framework: Framework,
  executorId: string,
): v1.ExecutorInfo | undefined {
  const onAgent = agent.executors.get(framework.id);
  const info = onAgent?.get(executorId);
  onAgent?.delete(executorId);
  if (onAgent?.size === 0) agent.executors.delete(framework.id);
  const ofFramework = framework.executors.get(agent.id);
  ofFramework?.delete(executorId);
  if (ofFramework?.size === 0) framework.executors.delete(agent.id);
  return info;
}
