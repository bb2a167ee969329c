import { messageOf } from "../../base/kernel-error.js";
import { masterCall } from "../../protocol/codecs.js";
import type { master } from "../../protocol/v1.js";
import type { Endpoint, Exchange } from "./endpoint.js";
import { leadershipGate } from "./leadership-gate.js";
import type { MasterOperatorApiOptions } from "./master-operator-api.js";
import { sendRefusal } from "./refusal.js";

/** What a request to an older endpoint asks for, as the call of the operator API that means the same. */
type ToCall = (exchange: Exchange) => master.Call;

/** The older endpoints that change something: each is read into a call, which the machine answers. */
export function operatorForms(options: MasterOperatorApiOptions): readonly Endpoint[] {
  const form = (path: string, method: Endpoint["methods"][number], toCall: ToCall): Endpoint => ({
    path,
    methods: [method],
    realm: "readwrite",
    gate: leadershipGate(options.leadership),
    handle: (exchange) => deliver(options, exchange, toCall),
  });
  const resources = (name: string) => ({ resources: name, source: "source" });
  const volumes = { volumes: "volumes" };
  return [
    form("/teardown", "POST", tearDown),
    form("/reserve", "POST", agentForm("RESERVE_RESOURCES", resources("resources"))),
    form("/unreserve", "POST", agentForm("UNRESERVE_RESOURCES", resources("resources"))),
    form("/create-volumes", "POST", agentForm("CREATE_VOLUMES", volumes)),
    form("/destroy-volumes", "POST", agentForm("DESTROY_VOLUMES", volumes)),
  ];
}

/** Reads what a client may have written wrong; the message says which field. */
export function deliver(
  { pending, deliver: toMachine }: MasterOperatorApiOptions,
  exchange: Exchange,
  toCall: ToCall,
): void {
  let call: master.Call;
  try {
    call = masterCall.check(toCall(exchange));
  } catch (error) {
    sendRefusal(exchange.reply, { status: 400, message: messageOf(error) });
    return;
  }
  const { principal } = exchange;
  toMachine({
    type: "OPERATOR_CALL",
    request: pending.add({ exchange, encoding: "application/json" }),
    ...(principal !== undefined && { principal }),
    call,
  });
}

function tearDown(exchange: Exchange): master.Call {
  const value = required(formOf(exchange), "frameworkId");
  return { type: "TEARDOWN", teardown: { framework_id: { value } } };
}

type AgentCall = "RESERVE_RESOURCES" | "UNRESERVE_RESOURCES" | "CREATE_VOLUMES" | "DESTROY_VOLUMES";

/** `slaveId=…&resources=[…]`: lists are JSON. */
function agentForm(type: AgentCall, lists: Readonly<Record<string, string>>): ToCall {
  return (exchange) => {
    const form = formOf(exchange);
    const [first = ""] = Object.values(lists);
    required(form, first);
    const members = Object.entries(lists).flatMap(([member, field]) => {
      const text = form.get(field);
      return text === null ? [] : [[member, parseJson(field, text)] as const];
    });
    const agent_id = { value: required(form, "slaveId") };
    return { type, [type.toLowerCase()]: { agent_id, ...Object.fromEntries(members) } };
  };
}

export function formOf({ request }: Exchange): URLSearchParams {
  return new URLSearchParams(bodyText(request.body));
}

export function bodyText(body: unknown): string {
  return body instanceof Buffer ? body.toString() : "";
}

export function required(form: URLSearchParams, field: string): string {
  const value = form.get(field);
  if (value === null || value === "") throw new Error(`${field}: required, but not given`);
  return value;
}

export function parseJson(field: string, text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new Error(`${field}: not JSON: ${messageOf(error)}`, { cause: error });
  }
}
