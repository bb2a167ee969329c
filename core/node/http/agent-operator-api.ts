import {
  getAgent,
  getExecutors,
  getFrameworks,
  getOperations,
  getState,
  getTasks,
} from "../../agent/views/v1-views.js";
import { agentCall, agentResponse } from "../../protocol/codecs.js";
import type { agent } from "../../protocol/v1.js";
import { writeMessage } from "./answer.js";
import { commonReads, type ProcessReads } from "./common-reads.js";
import { type ContainerEndpointsOptions, getContainers } from "./container-endpoints.js";
import { readMessage, refuse } from "./content.js";
import type { Endpoint } from "./endpoint.js";
import { OperatorApi, type Read } from "./operator-api.js";

export interface AgentOperatorApiOptions extends ProcessReads, ContainerEndpointsOptions {
  readonly gate: NonNullable<Endpoint["gate"]>;
}
type AgentRead = Read<agent.Call, agent.Response>;
type CallType = NonNullable<agent.Call["type"]>;

/** `POST /api/v1` of an agent. */
export function agentOperatorApi(
  options: AgentOperatorApiOptions,
): OperatorApi<agent.Call, agent.Response> {
  return new OperatorApi<agent.Call, agent.Response>({
    gate: options.gate,
    readCall: ({ request }) => {
      if (request.headers["message-content-type"] !== undefined)
        return refuse(415, "expected no Message-Content-Type with this type of call");
      if (request.headers["message-accept"] !== undefined)
        return refuse(406, "expected no Message-Accept with this type of call");
      return readMessage(request, agentCall);
    },
    writeResponse: (response, encoding) => writeMessage(agentResponse, response, encoding),
    reads: new Map<string, AgentRead>([...commonReads(options), ...stateReads(options)]),
    deliver: () => false,
  });
}

function stateReads(options: AgentOperatorApiOptions): readonly (readonly [CallType, AgentRead])[] {
  const { state } = options;
  const shared = (type: CallType & agent.Response["type"], answer: () => agent.Response) =>
    [type, { type: "SHARED", answer: () => ({ type, ...answer() }) }] as const;
  return [
    shared("GET_STATE", () => ({ get_state: getState(state()) })),
    shared("GET_FRAMEWORKS", () => ({ get_frameworks: getFrameworks(state()) })),
    shared("GET_EXECUTORS", () => ({ get_executors: getExecutors(state()) })),
    shared("GET_OPERATIONS", () => ({ get_operations: getOperations(state()) })),
    shared("GET_TASKS", () => ({ get_tasks: getTasks(state()) })),
    shared("GET_AGENT", () => ({ get_agent: getAgent(state()) })),
    [
      "GET_CONTAINERS",
      {
        type: "SINGLE",
        answer: async () => ({
          value: { type: "GET_CONTAINERS", get_containers: await getContainers(options) },
        }),
      },
    ],
  ];
}
