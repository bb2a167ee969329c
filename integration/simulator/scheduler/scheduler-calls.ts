import type { AgentId, FrameworkId, OfferId, TaskId } from "../../../core/base/ids.js";
import type { scheduler, v1 } from "../../../core/protocol/v1.js";
import { EXECUTOR_COMMAND, printTaskScript } from "../task-script.js";
import type { TaskRecord } from "./job-ledger.js";
import { firstVolume } from "./disk-operations.js";
import type { SchedulerBehaviour } from "./scheduler-behaviour.js";

/** The FrameworkInfo a scheduler subscribes with. */
export function frameworkInfo(
  behaviour: SchedulerBehaviour,
  id: FrameworkId | undefined,
): v1.FrameworkInfo {
  return {
    user: "nobody",
    name: behaviour.name,
    ...(id !== undefined && { id: { value: id } }),
    failover_timeout: behaviour.failoverTimeoutMs / 1000,
    checkpoint: behaviour.checkpoint,
    roles: [behaviour.role],
    capabilities: [
      { type: "MULTI_ROLE" },
      { type: "RESERVATION_REFINEMENT" },
      ...(behaviour.partitionAware ? [{ type: "PARTITION_AWARE" } as const] : []),
    ],
  };
}

export function subscribeCall(
  behaviour: SchedulerBehaviour,
  id: FrameworkId | undefined,
  suppressed: boolean,
): scheduler.Call {
  return {
    type: "SUBSCRIBE",
    ...(id !== undefined && { framework_id: { value: id } }),
    subscribe: {
      framework_info: frameworkInfo(behaviour, id),
      ...(suppressed && { suppressed_roles: [behaviour.role] }),
    },
  };
}

export function acceptCall(
  frameworkId: FrameworkId,
  offerId: OfferId,
  tasks: readonly TaskRecord[],
  before: readonly v1.Offer.Operation[] = [],
): scheduler.Call {
  const [first, ...others] = tasks.map(taskInfo);
  const volume = firstVolume(before);
  const task_infos = [...(first ? [withVolume(first, volume)] : []), ...others];
  return {
    framework_id: { value: frameworkId },
    type: "ACCEPT",
    accept: {
      offer_ids: [{ value: offerId }],
      operations: [...before, { type: "LAUNCH", launch: { task_infos } }],
      filters: { refuse_seconds: 0 },
    },
  };
}

export function declineCall(
  frameworkId: FrameworkId,
  offerId: OfferId,
  refuseMs: number,
): scheduler.Call {
  return {
    framework_id: { value: frameworkId },
    type: "DECLINE",
    decline: {
      offer_ids: [{ value: offerId }],
      filters: { refuse_seconds: refuseMs / 1000 },
    },
  };
}

export function acknowledgeCall(
  frameworkId: FrameworkId,
  agentId: AgentId,
  taskId: TaskId,
  uuid: string,
): scheduler.Call {
  return {
    framework_id: { value: frameworkId },
    type: "ACKNOWLEDGE",
    acknowledge: { agent_id: { value: agentId }, task_id: { value: taskId }, uuid },
  };
}

export function acknowledgeOperationCall(
  frameworkId: FrameworkId,
  { agent_id, operation_id, uuid }: v1.OperationStatus,
): scheduler.Call | undefined {
  if (operation_id === undefined || uuid === undefined) return undefined;
  return {
    framework_id: { value: frameworkId },
    type: "ACKNOWLEDGE_OPERATION_STATUS",
    acknowledge_operation_status: {
      ...(agent_id && { agent_id }),
      operation_id,
      uuid: uuid.value,
    },
  };
}

export function killCall(frameworkId: FrameworkId, task: TaskRecord): scheduler.Call {
  return {
    framework_id: { value: frameworkId },
    type: "KILL",
    kill: { task_id: { value: task.id }, agent_id: { value: task.agentId } },
  };
}

export function reconcileCall(
  frameworkId: FrameworkId,
  tasks: readonly TaskRecord[],
): scheduler.Call {
  return {
    framework_id: { value: frameworkId },
    type: "RECONCILE",
    reconcile: {
      tasks: tasks.map(({ id, agentId }) => ({
        task_id: { value: id },
        agent_id: { value: agentId },
      })),
    },
  };
}

export function scalar(name: string, value: number): v1.Resource {
  return { name, type: "SCALAR", scalar: { value } };
}

function withVolume(task: v1.TaskInfo, volume: v1.Resource | undefined): v1.TaskInfo {
  return volume === undefined ? task : { ...task, resources: [...(task.resources ?? []), volume] };
}

function taskInfo({ id, job, agentId }: TaskRecord): v1.TaskInfo {
  const command: v1.CommandInfo = { value: printTaskScript(job.script) };
  const resources = [scalar("cpus", job.cpus), scalar("mem", job.memMb)];
  const common = { name: id, task_id: { value: id }, agent_id: { value: agentId }, resources };
  if (!job.customExecutor) return { ...common, command };
  return {
    ...common,
    labels: { labels: [{ key: "script", value: printTaskScript(job.script) }] },
    executor: {
      type: "CUSTOM",
      executor_id: { value: `executor-${id}` },
      command: { value: EXECUTOR_COMMAND },
    },
  };
}
