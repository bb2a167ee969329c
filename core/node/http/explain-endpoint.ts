import type { Explanation, ExplainQuery } from "../../contracts/allocator.js";
import { sendJson, writeJson } from "./answer.js";
import { queryOf } from "./content.js";
import type { Endpoint } from "./endpoint.js";
import { leadershipGate } from "./leadership-gate.js";
import type { MasterOperatorApiOptions } from "./master-operator-api.js";
import { sendRefusal } from "./refusal.js";

/** Asks the allocator; undefined where it cannot say. */
export type Explain = (query: ExplainQuery) => Explanation | undefined;

/** `GET /api/dasmos/v1/explain?framework=…[&role=…][&agent=…]`: why a framework is offered nothing, rule by rule. */
export function explainEndpoint(
  { leadership, state }: MasterOperatorApiOptions,
  explain: Explain,
): Endpoint {
  return {
    path: "/api/dasmos/v1/explain",
    methods: ["GET"],
    realm: "readonly",
    gate: leadershipGate(leadership),
    handle: async (exchange) => {
      const { framework, role, agent } = queryOf(exchange.request);
      const problem = queryProblem(state(), framework, agent);
      if (problem !== undefined || framework === undefined) {
        sendRefusal(exchange.reply, problem ?? { status: 400, message: "" });
        return;
      }
      const answer = explain({
        frameworkId: framework,
        ...(role !== undefined && { role }),
        ...(agent !== undefined && { agentId: agent }),
      });
      if (answer === undefined) {
        const message = "the configured allocator does not explain itself";
        sendRefusal(exchange.reply, { status: 501, message });
        return;
      }
      await sendJson(exchange, await writeJson(answer));
    },
  };
}

function queryProblem(
  { frameworks, agents }: ReturnType<MasterOperatorApiOptions["state"]>,
  framework: string | undefined,
  agent: string | undefined,
): { readonly status: number; readonly message: string } | undefined {
  if (framework === undefined)
    return { status: 400, message: "framework: required, but not given" };
  if (!frameworks.has(framework))
    return { status: 404, message: `No framework found with ID '${framework}'` };
  if (agent !== undefined && !agents.has(agent))
    return { status: 404, message: `No agent found with ID '${agent}'` };
  return undefined;
}
