import { expect } from "chai";
import { addAgent, addFramework, masterState } from "../../../integration/testing/master-states.js";
import { silentLogger } from "../../base/logger.js";
import type { ExplainQuery } from "../../contracts/allocator.js";
import type { Explain } from "./explain-endpoint.js";
import { MasterHttp } from "./master-http.js";

/** An allocator that knows one rule, and says what it was asked. */
const explain: Explain = ({ frameworkId, role, agentId }: ExplainQuery) => {
  const examples = agentId === undefined ? [] : [agentId];
  const rules = [{ rule: "NOT_SUBSCRIBED", message: "of no use", agents: 1, examples }];
  return { frameworkId, nowMs: 0, roles: [role === undefined ? { rules } : { role, rules }] };
};

async function ask(query: string, allocator = explain): Promise<readonly [number, string]> {
  const state = masterState();
  addAgent(state, "A0", "cpus:1");
  addFramework(state, "F0");
  const http = new MasterHttp({
    logger: silentLogger,
    version: "1.2.3",
    leadership: () => ({ type: "LEADING" }),
    state: () => state,
    now: () => 0,
    flags: {},
    deliver: () => {},
    explain: allocator,
  });
  const url = `/api/dasmos/v1/explain${query}`;
  const { statusCode, body } = await http.server.inject({ method: "GET", url, headers: {} });
  await http.server.dispose();
  return [statusCode, body];
}

describe("GET /api/dasmos/v1/explain", () => {
  it("asks the allocator, also about a role that the framework does not subscribe to", async () => {
    const query = { frameworkId: "F0", role: "nobody's", agentId: "A0" };
    expect(await ask("?framework=F0&role=nobody's&agent=A0")).to.deep.equal([
      200,
      JSON.stringify(explain(query)),
    ]);
  });

  it("refuses what the master does not know, and says what is missing", async () => {
    expect(await ask("")).to.deep.equal([400, "framework: required, but not given"]);
    expect(await ask("?framework=x")).to.deep.equal([404, "No framework found with ID 'x'"]);
    expect(await ask("?framework=F0&agent=x")).to.deep.equal([404, "No agent found with ID 'x'"]);
    expect(await ask("?framework=F0", () => undefined)).to.deep.equal([
      501,
      "the configured allocator does not explain itself",
    ]);
  });
});
