import type { AgentToMaster, MasterToAgent } from "../../../core/protocol/agent-protocol.js";

/** A message's type and the keys of its envelope, in the order in which they travel. */
export interface Envelope {
  readonly type: string;
  readonly keys: readonly string[];
}
/** The envelopes of one direction; a message's number is its place. Both are fixed by the protocol's version. */
export type EnvelopeTable = readonly Envelope[];

type KeysOf<Message extends { readonly type: string }> = {
  readonly [Type in Message["type"]]: readonly (keyof Omit<
    Required<Extract<Message, { type: Type }>>,
    "type"
  >)[];
};
const table = (keys: Readonly<Record<string, readonly string[]>>): EnvelopeTable =>
  Object.entries(keys).map(([type, names]) => ({ type, keys: names }));

const registration = [
  "agentInfo",
  "version",
  "capabilities",
  "checkpointedResources",
  "resourceVersion",
] as const;

export const agentToMaster = table({
  REGISTER_AGENT: registration,
  REREGISTER_AGENT: [...registration, "frameworks", "executors", "tasks", "operations"],
  UNREGISTER_AGENT: ["agentId"],
  PONG: ["agentId"],
  STATUS_UPDATE: ["agentId", "update"],
  EXECUTOR_MESSAGE: ["agentId", "frameworkId", "executorId", "data"],
  EXITED_EXECUTOR: ["agentId", "frameworkId", "executorId", "status"],
  UPDATE_AGENT: ["agentId", "resourceVersion", "oversubscribed"],
  OPERATION_STATUS_UPDATE: ["agentId", "frameworkId", "operationUuid", "status", "latestStatus"],
} satisfies KeysOf<AgentToMaster>);

export const masterToAgent = table({
  AGENT_REGISTERED: ["agentId", "pingTimeoutMs"],
  AGENT_REREGISTERED: ["agentId", "pingTimeoutMs", "reconcile"],
  PING: ["connected"],
  SHUTDOWN_AGENT: ["message"],
  RUN_TASK: ["frameworkInfo", "task", "executor", "launchExecutor", "resourceVersion"],
  RUN_TASK_GROUP: ["frameworkInfo", "executor", "taskGroup", "launchExecutor", "resourceVersion"],
  KILL_TASK: ["frameworkId", "taskId", "killPolicy"],
  ACKNOWLEDGE_STATUS_UPDATE: ["frameworkId", "taskId", "uuid"],
  FRAMEWORK_MESSAGE: ["frameworkId", "executorId", "data"],
  SHUTDOWN_EXECUTOR: ["frameworkId", "executorId"],
  SHUTDOWN_FRAMEWORK: ["frameworkId"],
  UPDATE_FRAMEWORK: ["frameworkInfo"],
  APPLY_OPERATION: ["frameworkId", "operation", "operationUuid", "resourceVersion"],
  ACKNOWLEDGE_OPERATION_STATUS: ["operationUuid", "statusUuid"],
  RECONCILE_OPERATIONS: ["operations"],
} satisfies KeysOf<MasterToAgent>);
