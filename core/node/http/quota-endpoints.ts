import { getQuota } from "../../master/views/v1-quota.js";
import { v0Roles, v0Weights } from "../../master/views/v0-roles.js";
import type { master } from "../../protocol/v1.js";
import { sendJson, writeJson } from "./answer.js";
import type { Endpoint, Exchange } from "./endpoint.js";
import { leadershipGate } from "./leadership-gate.js";
import type { MasterOperatorApiOptions } from "./master-operator-api.js";
import { bodyText, deliver, parseJson } from "./operator-forms.js";
import { viewEndpoint } from "./view-endpoints.js";

/** `/quota`, `/weights` and `/roles`, which are read and written under one path. */
export function quotaEndpoints(options: MasterOperatorApiOptions): readonly Endpoint[] {
  const { state } = options;
  const gate = leadershipGate(options.leadership);
  return [
    viewEndpoint("/roles", () => v0Roles(state()), { realm: "readonly", gate }),
    {
      path: "/quota",
      methods: ["GET", "POST"],
      realm: "readwrite",
      gate,
      handle: (exchange) =>
        exchange.request.method === "GET"
          ? show(exchange, getQuota(state()).status)
          : deliver(options, exchange, setQuota),
    },
    {
      path: "/quota/*",
      methods: ["DELETE"],
      realm: "readwrite",
      gate,
      handle: (exchange) => deliver(options, exchange, removeQuota),
    },
    {
      path: "/weights",
      methods: ["GET", "PUT"],
      realm: "readwrite",
      gate,
      handle: (exchange) =>
        exchange.request.method === "GET"
          ? show(exchange, v0Weights(state()))
          : deliver(options, exchange, updateWeights),
    },
  ];
}

async function show(exchange: Exchange, shown: object): Promise<void> {
  await sendJson(exchange, await writeJson(shown));
}

function setQuota({ request }: Exchange): master.Call {
  const quota_request = parseJson("body", bodyText(request.body)) as never;
  return { type: "SET_QUOTA", set_quota: { quota_request } };
}

function removeQuota({ request }: Exchange): master.Call {
  const { "*": role = "" } = request.params as { readonly "*"?: string };
  return { type: "REMOVE_QUOTA", remove_quota: { role } };
}

function updateWeights({ request }: Exchange): master.Call {
  const weight_infos = parseJson("body", bodyText(request.body)) as never;
  return { type: "UPDATE_WEIGHTS", update_weights: { weight_infos } };
}
