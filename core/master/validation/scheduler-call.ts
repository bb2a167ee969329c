import { isUuidBytes } from "../../protocol/base64.js";
import type { scheduler } from "../../protocol/v1.js";
import { durationProblem } from "./executor.js";

type CallType = NonNullable<scheduler.Call["type"]>;
/** The member each call carries its arguments in; the calls that are missing here need none. */
const ARGUMENTS: Partial<Record<CallType, keyof scheduler.Call>> = {
  SUBSCRIBE: "subscribe",
  ACCEPT: "accept",
  DECLINE: "decline",
  ACCEPT_INVERSE_OFFERS: "accept_inverse_offers",
  DECLINE_INVERSE_OFFERS: "decline_inverse_offers",
  KILL: "kill",
  SHUTDOWN: "shutdown",
  ACKNOWLEDGE: "acknowledge",
  ACKNOWLEDGE_OPERATION_STATUS: "acknowledge_operation_status",
  RECONCILE: "reconcile",
  RECONCILE_OPERATIONS: "reconcile_operations",
  MESSAGE: "message",
  REQUEST: "request",
  UPDATE_FRAMEWORK: "update_framework",
};

/** What is wrong with a call in itself, whatever the state of the master; undefined: nothing. */
export function schedulerCallProblem(
  call: scheduler.Call,
  principal: string | undefined,
): string | undefined {
  const type = call.type;
  if (type === undefined) return "type: required, but not set";
  const member = ARGUMENTS[type];
  if (member !== undefined && call[member] === undefined) return `${member}: required by ${type}`;
  if (type === "SUBSCRIBE") return subscribeProblem(call, principal);
  if (call.framework_id === undefined) return `framework_id: required by ${type}`;
  if (type === "KILL")
    return durationProblem("kill.kill_policy.grace_period", call.kill?.kill_policy?.grace_period);
  if (type === "ACKNOWLEDGE") return uuidProblem("acknowledge", call.acknowledge?.uuid);
  if (type === "ACKNOWLEDGE_OPERATION_STATUS") return operationAcknowledgementProblem(call);
  if (type === "UPDATE_FRAMEWORK") return updateFrameworkProblem(call);
  return undefined;
}

function subscribeProblem(call: scheduler.Call, principal: string | undefined): string | undefined {
  const info = call.subscribe?.framework_info;
  if (info?.id?.value !== call.framework_id?.value)
    return "framework_id: expected the same id as subscribe.framework_info.id, or neither";
  if (principal !== undefined && info?.principal !== undefined && info.principal !== principal)
    return `subscribe.framework_info.principal: expected the authenticated principal ${JSON.stringify(principal)}`;
  return undefined;
}

function updateFrameworkProblem(call: scheduler.Call): string | undefined {
  return call.update_framework?.framework_info.id?.value === call.framework_id?.value
    ? undefined
    : "update_framework.framework_info.id: expected the same id as framework_id";
}

function operationAcknowledgementProblem(call: scheduler.Call): string | undefined {
  const acknowledge = call.acknowledge_operation_status;
  if (acknowledge?.agent_id === undefined)
    return "acknowledge_operation_status.agent_id: required, but not set";
  return uuidProblem("acknowledge_operation_status", acknowledge.uuid);
}

function uuidProblem(member: string, uuid: string | undefined): string | undefined {
  return uuid !== undefined && isUuidBytes(uuid)
    ? undefined
    : `${member}.uuid: expected the 16 bytes of a UUID`;
}
