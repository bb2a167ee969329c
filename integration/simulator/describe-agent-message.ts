import type { AgentToMaster, MasterToAgent } from "../../core/protocol/agent-protocol.js";
import type { Transcript } from "./transcript.js";

/** An agent's message in a few words; undefined for what happens all the time. */
export function describeToMaster(
  transcript: Transcript,
  message: AgentToMaster,
): string | undefined {
  switch (message.type) {
    case "PONG":
      return undefined;
    case "STATUS_UPDATE": {
      const { status, latestState } = message.update;
      const latest = latestState === status.state ? "" : ` (latest ${latestState})`;
      return `STATUS_UPDATE ${status.task_id.value} ${status.state}${latest}`;
    }
    case "REREGISTER_AGENT": {
      const tasks = message.tasks.map((task) => `${task.task_id.value} ${task.state}`);
      return `REREGISTER_AGENT [${tasks.join(", ")}]`;
    }
    case "EXECUTOR_MESSAGE":
    case "EXITED_EXECUTOR":
      return `${message.type} ${message.executorId} of ${transcript.nameOf(message.frameworkId)}`;
    case "REGISTER_AGENT":
    case "UNREGISTER_AGENT":
    case "UPDATE_AGENT":
    case "OPERATION_STATUS_UPDATE":
      return message.type;
  }
}

/** A master's message in a few words; undefined for what happens all the time. */
export function describeToAgent(
  transcript: Transcript,
  message: MasterToAgent,
): string | undefined {
  switch (message.type) {
    case "PING":
      return message.connected ? undefined : "PING (disconnected)";
    case "AGENT_REREGISTERED": {
      const tasks = message.reconcile.map(({ taskId }) => taskId);
      return `AGENT_REREGISTERED${tasks.length > 0 ? ` reconcile [${tasks.join(", ")}]` : ""}`;
    }
    case "RUN_TASK":
      return `RUN_TASK ${message.task.task_id.value}`;
    case "RUN_TASK_GROUP":
      return `RUN_TASK_GROUP [${message.taskGroup.tasks?.map((task) => task.task_id.value).join(", ")}]`;
    case "KILL_TASK":
    case "ACKNOWLEDGE_STATUS_UPDATE":
      return `${message.type} ${message.taskId}`;
    case "FRAMEWORK_MESSAGE":
    case "SHUTDOWN_EXECUTOR":
      return `${message.type} ${message.executorId} of ${transcript.nameOf(message.frameworkId)}`;
    case "SHUTDOWN_FRAMEWORK":
      return `SHUTDOWN_FRAMEWORK ${transcript.nameOf(message.frameworkId)}`;
    case "UPDATE_FRAMEWORK":
      return `UPDATE_FRAMEWORK ${message.frameworkInfo.name}`;
    case "SHUTDOWN_AGENT":
      return `SHUTDOWN_AGENT: ${message.message}`;
    case "AGENT_REGISTERED":
    case "APPLY_OPERATION":
    case "ACKNOWLEDGE_OPERATION_STATUS":
    case "RECONCILE_OPERATIONS":
      return message.type;
  }
}
