import type { MasterInput } from "../../master/master-io.js";
import type { MasterState } from "../../master/master-state.js";
import { getAgents } from "../../master/views/v1-agents.js";
import { getFrameworks } from "../../master/views/v1-frameworks.js";
import { getQuota, getWeights } from "../../master/views/v1-quota.js";
import { getOperations } from "../../master/views/v1-operations.js";
import { getRoles } from "../../master/views/v1-roles.js";
import { getMaster, getState } from "../../master/views/v1-state.js";
import { getExecutors, getTasks } from "../../master/views/v1-tasks.js";
import { masterCall, masterResponse } from "../../protocol/codecs.js";
import type { master } from "../../protocol/v1.js";
import { writeMessage } from "./answer.js";
import { commonReads, type ProcessReads } from "./common-reads.js";
import { readMessage } from "./content.js";
import { type Leadership, leadershipGate } from "./leadership-gate.js";
import { OperatorApi, type Read } from "./operator-api.js";
import type { PendingRequests } from "./pending-requests.js";

export interface MasterOperatorApiOptions extends ProcessReads {
  readonly leadership: () => Leadership;
  readonly state: () => MasterState;
  readonly deliver: (input: MasterInput) => void;
  readonly pending: PendingRequests;
}
type CallType = NonNullable<master.Call["type"]>;

/** The calls that change something, which the machine answers. */
const MACHINE_CALLS: ReadonlySet<CallType> = new Set([
  "UPDATE_WEIGHTS",
  "RESERVE_RESOURCES",
  "UNRESERVE_RESOURCES",
  "CREATE_VOLUMES",
  "DESTROY_VOLUMES",
  "GROW_VOLUME",
  "SHRINK_VOLUME",
  "UPDATE_MAINTENANCE_SCHEDULE",
  "START_MAINTENANCE",
  "STOP_MAINTENANCE",
  "DRAIN_AGENT",
  "DEACTIVATE_AGENT",
  "REACTIVATE_AGENT",
  "UPDATE_QUOTA",
  "SET_QUOTA",
  "REMOVE_QUOTA",
  "TEARDOWN",
  "MARK_AGENT_GONE",
]);

/** `POST /api/v1` of a master. */
export function masterOperatorApi(
  options: MasterOperatorApiOptions,
): OperatorApi<master.Call, master.Response> {
  const { leadership, state, deliver, pending } = options;
  return new OperatorApi<master.Call, master.Response>({
    gate: leadershipGate(leadership),
    readCall: ({ request }) => readMessage(request, masterCall),
    writeResponse: (response, encoding) => writeMessage(masterResponse, response, encoding),
    reads: new Map<string, Read<master.Call, master.Response>>([
      ...commonReads(options),
      ...stateReads(state),
    ]),
    deliver: (exchange, encoding, call) => {
      if (call.type === undefined || !MACHINE_CALLS.has(call.type)) return false;
      const { principal } = exchange;
      const request = pending.add({ exchange, encoding });
      deliver({ type: "OPERATOR_CALL", request, ...(principal && { principal }), call });
      return true;
    },
  });
}

function stateReads(
  state: () => MasterState,
): readonly (readonly [CallType, Read<master.Call, master.Response>])[] {
  const shared = (type: CallType & master.Response["type"], answer: () => master.Response) =>
    [type, { type: "SHARED", answer: () => ({ type, ...answer() }) }] as const;
  return [
    shared("GET_STATE", () => ({ get_state: getState(state()) })),
    shared("GET_AGENTS", () => ({ get_agents: getAgents(state()) })),
    shared("GET_FRAMEWORKS", () => ({ get_frameworks: getFrameworks(state()) })),
    shared("GET_EXECUTORS", () => ({ get_executors: getExecutors(state()) })),
    shared("GET_OPERATIONS", () => ({ get_operations: getOperations(state()) })),
    shared("GET_TASKS", () => ({ get_tasks: getTasks(state()) })),
    shared("GET_QUOTA", () => ({ get_quota: getQuota(state()) })),
    shared("GET_WEIGHTS", () => ({ get_weights: getWeights(state()) })),
    shared("GET_ROLES", () => ({ get_roles: getRoles(state()) })),
    shared("GET_MASTER", () => ({ get_master: getMaster(state()) })),
  ];
}
