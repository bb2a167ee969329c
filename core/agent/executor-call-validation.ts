import { isUuidBytes } from "../protocol/base64.js";
import type { executor } from "../protocol/v1.js";

/** What is wrong with a call that decoded well, in words for its sender. */
export function invalidExecutorCall(call: executor.Call): string | undefined {
  const { type, subscribe, update, message } = call;
  if (type === undefined) return "Expecting 'type' to be present";
  if (type === "SUBSCRIBE") {
    return subscribe ? invalidUpdates(call) : "Expecting 'subscribe' to be present";
  }
  if (type === "UPDATE") {
    return update ? invalidUpdate(call, update) : "Expecting 'update' to be present";
  }
  return type === "MESSAGE" && !message ? "Expecting 'message' to be present" : undefined;
}

function invalidUpdates(call: executor.Call): string | undefined {
  for (const update of call.subscribe?.unacknowledged_updates ?? []) {
    const invalid = invalidUpdate(call, update);
    if (invalid !== undefined) return invalid;
  }
  return undefined;
}

function invalidUpdate(call: executor.Call, { status }: executor.Call.Update): string | undefined {
  const { uuid, executor_id, source } = status;
  if (uuid === undefined) return "Expecting 'uuid' to be present";
  if (!isUuidBytes(uuid)) return "Not a valid UUID: expecting 16 bytes";
  const named = executor_id?.value;
  if (named !== undefined && named !== call.executor_id.value) {
    return `ExecutorID in Call: ${call.executor_id.value} does not match ExecutorID in TaskStatus: ${named}`;
  }
  if (source !== "SOURCE_EXECUTOR") {
    return `Received Call from executor ${call.executor_id.value} with invalid source, expecting 'SOURCE_EXECUTOR'`;
  }
  return undefined;
}
