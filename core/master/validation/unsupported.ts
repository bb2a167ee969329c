import type { v1 } from "../../protocol/v1.js";

/**
 * What a task may ask for in Mesos and does not get here yet. Naming the field is better than running the task without:
 * a task that relies on a health check or an image is broken without it.
 */
export function unsupportedField(task: v1.TaskInfo): string | undefined {
  const field =
    when(task.health_check !== undefined, "health_check") ??
    when(task.check !== undefined, "check") ??
    when(task.limits !== undefined, "limits") ??
    inContainer("container", task.container) ??
    inCommand("command", task.command) ??
    inContainer("executor.container", task.executor?.container) ??
    inCommand("executor.command", task.executor?.command);
  return field === undefined ? undefined : `${field}: not supported yet`;
}

function inCommand(path: string, command: v1.CommandInfo | undefined): string | undefined {
  if (command === undefined) return undefined;
  if ((command.uris?.length ?? 0) > 0) return `${path}.uris`;
  const secret = command.environment?.variables?.find(({ type }) => type === "SECRET");
  return secret && `${path}.environment.variables["${secret.name}"].secret`;
}

function inContainer(path: string, container: v1.ContainerInfo | undefined): string | undefined {
  if (container === undefined) return undefined;
  if (container.type === "DOCKER") return `${path}.type DOCKER`;
  const { type: _type, ...asked } = container;
  for (const [name, value] of Object.entries(asked)) {
    if (name === "mesos" && container.mesos?.image === undefined) continue;
    if (value !== undefined) return `${path}.${name}`;
  }
  return undefined;
}

function when(asked: boolean, field: string): string | undefined {
  return asked ? field : undefined;
}
