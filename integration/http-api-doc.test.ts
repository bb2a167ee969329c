import { readFileSync } from "node:fs";
import { expect } from "chai";
import { AgentDriver } from "../core/agent/testing.js";
import { silentLogger } from "../core/base/logger.js";
import { AgentHttp } from "../core/node/http/agent-http.js";
import type { HttpServer } from "../core/node/http/http-server.js";
import { MasterHttp, type MasterHttpEffect } from "../core/node/http/master-http.js";
import { enumPlanOf } from "../core/protocol/plan.js";
import { MasterHarness } from "./builders/master-harness.js";

const page = readFileSync(new URL("../../docs/http-api.md", import.meta.url), "utf8");
const ANSWERED_BY_HTTP: readonly string[] = ["OPEN_STREAM", "EVENT", "CLOSE_STREAM", "RESPOND"];

describe("docs/http-api.md", () => {
  const harness = new MasterHarness();
  const master = new MasterHttp({
    logger: silentLogger,
    version: "0.0.0",
    leadership: () => ({ type: "LEADING" }),
    state: () => harness.master.state,
    deliver: (input) => {
      const before = harness.effects.length;
      harness.step(input);
      for (const effect of harness.effects.slice(before))
        if (ANSWERED_BY_HTTP.includes(effect.type)) master.carryOut(effect as MasterHttpEffect);
    },
  });
  const driver = AgentDriver.registered();
  const agent = new AgentHttp({
    logger: silentLogger,
    version: "0.0.0",
    state: () => driver.agent.state,
    deliver: () => {},
  });
  after(async () => {
    await master.server.dispose();
    await agent.server.dispose();
  });
  const servers: Readonly<Record<string, HttpServer>> = {
    master: master.server,
    agent: agent.server,
  };

  it("says which calls of the operator API are answered", async () => {
    for (const [process, server] of Object.entries(servers)) {
      const row = new RegExp(`^\\| ${process} \\| ([^|]*) \\| ([^|]*) \\|$`, "m").exec(page);
      const [answered, missing] = [row?.[1], row?.[2]].map((cell) =>
        cell?.match(/[A-Z_]{4,}/g)?.toSorted(),
      );
      const found: { answered: string[]; missing: string[] } = { answered: [], missing: [] };
      for (const type of enumPlanOf(`mesos.v1.${process}.Call.Type`).byName.keys()) {
        if (type === "UNKNOWN") continue;
        const payload = { type, ...argumentsOf(type) };
        const { statusCode } = await server.inject({ method: "POST", url: "/api/v1", payload });
        (statusCode === 501 ? found.missing : found.answered).push(type);
      }
      found.answered.sort();
      found.missing.sort();
      expect(found, "the calls of the page's table").to.deep.equal({ answered, missing });
    }
  });

  it("names endpoints that there are", async () => {
    const rows = [...page.matchAll(/^\| `(\/[^`]*)` \| ([A-Z, ]+) \| ([a-z, ]+) \|/gm)];
    expect(rows.length).to.be.above(20);
    for (const [, path = "", methods = "", processes = ""] of rows)
      for (const process of processes.split(", ")) {
        const url = path.replace(/<[^>]*>/g, "x");
        const { headers } = await (servers[process] as HttpServer).inject({ method: "PATCH", url });
        expect([process, path, headers["allow"]]).to.deep.equal([process, path, methods]);
      }
  });

  it("names endpoints that there are not", async () => {
    const rows = [...page.matchAll(/^\| (`\/[^|]*`) \| ([a-z, ]+) \|/gm)];
    expect(rows.length).to.be.above(5);
    for (const [, paths = "", processes = ""] of rows)
      for (const process of processes.split(", "))
        for (const [, url = ""] of paths.matchAll(/`([^`]*)`/g)) {
          const { statusCode } = await (servers[process] as HttpServer).inject({ url });
          expect([process, url, statusCode]).to.deep.equal([process, url, 404]);
        }
  });
});

/** What a call must carry to be read as a call of its type at all. */
function argumentsOf(type: string): object {
  const agent_id = { value: "A" };
  const framework_id = { value: "F" };
  const known: Readonly<Record<string, object>> = {
    TEARDOWN: { framework_id },
    UPDATE_QUOTA: {},
    SET_QUOTA: { quota_request: {} },
    REMOVE_QUOTA: { role: "r" },
    UPDATE_WEIGHTS: {},
    RESERVE_RESOURCES: { agent_id },
    UNRESERVE_RESOURCES: { agent_id },
    CREATE_VOLUMES: { agent_id },
    DESTROY_VOLUMES: { agent_id },
  };
  return known[type] === undefined ? {} : { [type.toLowerCase()]: known[type] };
}
