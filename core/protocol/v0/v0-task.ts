import type { v1 } from "../v1.js";
import { v0Resources } from "./v0-resources.js";

/** A task as the older endpoints show it. */
export function v0Task(task: v1.Task): object {
  const { labels, limits } = task;
  return {
    id: task.task_id.value,
    name: task.name,
    framework_id: task.framework_id.value,
    executor_id: task.executor_id?.value ?? "",
    slave_id: task.agent_id.value,
    state: task.state,
    resources: v0Resources(task.resources),
    ...(limits !== undefined && { limits: v0Limits(limits) }),
    ...roleOf(task.resources),
    statuses: (task.statuses ?? []).map(v0TaskStatus),
    ...(task.user !== undefined && { user: task.user }),
    ...(labels !== undefined && { labels: v0Labels(labels) }),
    ...(task.discovery !== undefined && { discovery: task.discovery }),
    ...(task.container !== undefined && { container: task.container }),
    ...(task.health_check !== undefined && { health_check: task.health_check }),
  };
}

function v0TaskStatus(status: v1.TaskStatus): object {
  const { state, timestamp, labels, container_status, healthy } = status;
  return {
    state,
    timestamp: timestamp ?? 0,
    ...(labels !== undefined && { labels: v0Labels(labels) }),
    ...(container_status !== undefined && { container_status }),
    ...(healthy !== undefined && { healthy }),
  };
}

/** An executor as the older endpoints show it; whoever lists it adds what else it knows. */
export function v0Executor(info: v1.ExecutorInfo): object {
  const { labels, type } = info;
  return {
    executor_id: info.executor_id.value,
    name: info.name ?? "",
    framework_id: info.framework_id?.value ?? "",
    ...(info.command !== undefined && { command: v0Command(info.command) }),
    resources: v0Resources(info.resources),
    ...roleOf(info.resources),
    source: info.source ?? "",
    ...(labels !== undefined && { labels: v0Labels(labels) }),
    ...(type !== undefined && { type }),
  };
}

function v0Command(command: v1.CommandInfo): object {
  const { shell, value, environment, uris } = command;
  return {
    ...(shell !== undefined && { shell }),
    ...(value !== undefined && { value }),
    argv: command.arguments ?? [],
    ...(environment !== undefined && { environment }),
    uris: uris ?? [],
  };
}

/** What a task or an executor holds is allocated to one role. */
function roleOf(resources: readonly v1.Resource[] | undefined): { readonly role?: string } {
  const role = resources?.[0]?.allocation_info?.role;
  return role === undefined ? {} : { role };
}

export function v0Labels(labels: v1.Labels): readonly v1.Label[] {
  return labels.labels ?? [];
}

function v0Limits(limits: NonNullable<v1.Task["limits"]>): Readonly<Record<string, number>> {
  return Object.fromEntries(Object.entries(limits).map(([name, { value }]) => [name, value]));
}

/** The names of capabilities; an unknown one has none and is left out. */
export function capabilityNames(
  capabilities: readonly { readonly type?: string }[] | undefined,
): readonly string[] {
  return (capabilities ?? []).flatMap(({ type }) => (type === undefined ? [] : [type]));
}
