import { hostPort } from "../base/host-port.js";
import type { AgentId } from "../base/ids.js";
import type { v1 } from "../protocol/v1.js";
import type { AgentSettings } from "./agent-settings.js";
import { printDuration, toMs } from "./durations.js";

/** Where a container with its own image sees its sandbox. */
const MAPPED_SANDBOX = "/mnt/mesos/sandbox";

export interface EnvironmentOptions {
  readonly settings: AgentSettings;
  readonly agentId: AgentId;
  readonly frameworkInfo: v1.FrameworkInfo;
  readonly executorInfo: v1.ExecutorInfo;
  readonly directory: string;
  /** Set for a command task. */
  readonly taskInfo?: v1.TaskInfo | undefined;
}

/** The environment the agent gives an executor, before hooks, isolators and the command's own are laid over it. */
export function executorEnvironment(options: EnvironmentOptions): Readonly<Record<string, string>> {
  const { settings, agentId, frameworkInfo, executorInfo, directory, taskInfo } = options;
  const container = taskInfo ? taskInfo.container : executorInfo.container;
  const graceMs = toMs(executorInfo.shutdown_grace_period);
  const role = taskInfo?.resources?.find(({ allocation_info }) => allocation_info)?.allocation_info
    ?.role;
  return {
    ...settings.executorEnvironmentVariables,
    ...(settings.libprocessIp !== undefined && { LIBPROCESS_IP: settings.libprocessIp }),
    LIBPROCESS_PORT: "0",
    MESOS_FRAMEWORK_ID: frameworkInfo.id?.value ?? "",
    MESOS_EXECUTOR_ID: executorInfo.executor_id.value,
    MESOS_SLAVE_ID: agentId,
    MESOS_SLAVE_PID: `slave(1)@${hostPort(settings.ip, settings.port)}`,
    MESOS_AGENT_ENDPOINT: hostPort(settings.ip, settings.port),
    MESOS_DIRECTORY: directory,
    MESOS_SANDBOX: hasOwnImage(container) ? MAPPED_SANDBOX : directory,
    MESOS_EXECUTOR_SHUTDOWN_GRACE_PERIOD: printDuration(
      graceMs ?? settings.executorShutdownGracePeriodMs,
    ),
    MESOS_HTTP_COMMAND_EXECUTOR: "1",
    ...checkpointVariables(settings, frameworkInfo),
    ...(role !== undefined && { MESOS_ALLOCATION_ROLE: role }),
  };
}

function checkpointVariables(
  settings: AgentSettings,
  { checkpoint }: v1.FrameworkInfo,
): Readonly<Record<string, string>> {
  if (!checkpoint) return { MESOS_CHECKPOINT: "0" };
  return {
    MESOS_CHECKPOINT: "1",
    MESOS_RECOVERY_TIMEOUT: printDuration(settings.recoveryTimeoutMs),
    MESOS_SUBSCRIPTION_BACKOFF_MAX: printDuration(settings.executorReregistrationTimeoutMs),
  };
}

function hasOwnImage(container: v1.ContainerInfo | undefined): boolean {
  return container?.type === "DOCKER" || container?.mesos?.image !== undefined;
}
