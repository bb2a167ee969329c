import type {
  AgentExecutor,
  AgentFramework,
  AgentToMaster,
  MasterToAgent,
  ReconcileOperation,
  ReconcileTask,
  StatusUpdate,
} from "./agent-protocol.js";
import {
  base64,
  enumName,
  flag,
  integer,
  list,
  message,
  optional,
  recordSchema,
  text,
  unionSchema,
} from "./record-schema.js";
import type { v1 } from "./v1.js";

const agentInfo = message("mesos.v1.AgentInfo");
const capabilities = list(message("mesos.v1.AgentInfo.Capability"));
const executorInfo = message("mesos.v1.ExecutorInfo");
const frameworkInfo = message("mesos.v1.FrameworkInfo");
const operationStatus = message("mesos.v1.OperationStatus");
const resources = list(message("mesos.v1.Resource"));

const statusUpdate = recordSchema<StatusUpdate>({
  frameworkId: text,
  executorId: optional(text),
  status: message("mesos.v1.TaskStatus"),
  latestState: enumName<v1.TaskState>("mesos.v1.TaskState"),
});
const agentFramework = recordSchema<AgentFramework>({ frameworkInfo });
const agentExecutor = recordSchema<AgentExecutor>({ frameworkId: text, executorInfo });
const reconcileTask = recordSchema<ReconcileTask>({
  frameworkId: text,
  taskId: text,
  executorId: optional(text),
  partitionAware: flag,
  status: optional(message("mesos.v1.TaskStatus")),
});
const reconcileOperation = recordSchema<ReconcileOperation>({
  frameworkId: optional(text),
  operationUuid: base64,
  operationId: optional(message("mesos.v1.OperationID")),
});

const agentToMaster = unionSchema<AgentToMaster>({
  REGISTER_AGENT: {
    agentInfo,
    version: text,
    capabilities,
    checkpointedResources: resources,
    resourceVersion: base64,
  },
  REREGISTER_AGENT: {
    agentInfo,
    version: text,
    capabilities,
    checkpointedResources: resources,
    resourceVersion: base64,
    frameworks: list(agentFramework.read),
    executors: list(agentExecutor.read),
    tasks: list(message("mesos.v1.Task")),
    operations: list(message("mesos.v1.Operation")),
  },
  UNREGISTER_AGENT: { agentId: text },
  PONG: { agentId: text },
  STATUS_UPDATE: { agentId: text, update: statusUpdate.read },
  EXECUTOR_MESSAGE: { agentId: text, frameworkId: text, executorId: text, data: base64 },
  EXITED_EXECUTOR: { agentId: text, frameworkId: text, executorId: text, status: integer },
  UPDATE_AGENT: { agentId: text, resourceVersion: base64, oversubscribed: optional(resources) },
  OPERATION_STATUS_UPDATE: {
    agentId: text,
    frameworkId: optional(text),
    operationUuid: base64,
    status: operationStatus,
    latestStatus: optional(operationStatus),
  },
});

const masterToAgent = unionSchema<MasterToAgent>({
  AGENT_REGISTERED: { agentId: text, pingTimeoutMs: integer },
  AGENT_REREGISTERED: {
    agentId: text,
    pingTimeoutMs: integer,
    reconcile: list(reconcileTask.read),
  },
  PING: { connected: flag },
  SHUTDOWN_AGENT: { message: text },
  RUN_TASK: {
    frameworkInfo,
    task: message("mesos.v1.TaskInfo"),
    executor: optional(executorInfo),
    launchExecutor: flag,
    resourceVersion: base64,
  },
  RUN_TASK_GROUP: {
    frameworkInfo,
    executor: executorInfo,
    taskGroup: message("mesos.v1.TaskGroupInfo"),
    launchExecutor: flag,
    resourceVersion: base64,
  },
  KILL_TASK: {
    frameworkId: text,
    taskId: text,
    killPolicy: optional(message("mesos.v1.KillPolicy")),
  },
  ACKNOWLEDGE_STATUS_UPDATE: { frameworkId: text, taskId: text, uuid: base64 },
  FRAMEWORK_MESSAGE: { frameworkId: text, executorId: text, data: base64 },
  SHUTDOWN_EXECUTOR: { frameworkId: text, executorId: text },
  SHUTDOWN_FRAMEWORK: { frameworkId: text },
  UPDATE_FRAMEWORK: { frameworkInfo },
  APPLY_OPERATION: {
    frameworkId: optional(text),
    operation: message("mesos.v1.Offer.Operation"),
    operationUuid: base64,
    resourceVersion: base64,
  },
  ACKNOWLEDGE_OPERATION_STATUS: { operationUuid: base64, statusUuid: base64 },
  RECONCILE_OPERATIONS: { operations: list(reconcileOperation.read) },
});

/** The keys of every message's envelope in the fixed order in which they travel: `type` first. */
export const envelopeKeys: Readonly<
  Record<(AgentToMaster | MasterToAgent)["type"], readonly string[]>
> = { ...agentToMaster.keys, ...masterToAgent.keys };

/** What came from an agent, as a message in canonical form; else a `MessageError` with the path. */
export function checkAgentToMaster(value: unknown): AgentToMaster {
  return agentToMaster.read(value);
}

/** What came from a master, as a message in canonical form; else a `MessageError` with the path. */
export function checkMasterToAgent(value: unknown): MasterToAgent {
  return masterToAgent.read(value);
}
