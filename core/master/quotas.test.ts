import { expect } from "chai";
import { MasterHarness } from "../../integration/builders/master-harness.js";
import type { master, quota } from "../protocol/v1.js";

function amounts(values: Readonly<Record<string, number>>) {
  return Object.fromEntries(Object.entries(values).map(([name, value]) => [name, { value }]));
}
function update(...quota_configs: quota.QuotaConfig[]): master.Call {
  return { type: "UPDATE_QUOTA", update_quota: { quota_configs } };
}

describe("Master: quotas and weights", () => {
  it("stores a quota before it counts", () => {
    const harness = new MasterHarness({ holdWrites: true });
    const config = { role: "dev", limits: amounts({ cpus: 2 }) };
    expect(harness.operator(update(config))).to.deep.equal({ status: undefined });
    expect([...harness.master.state.quotas.keys()]).to.deep.equal([]);
    harness.persist();
    expect(harness.registry).to.deep.equal([
      {
        collection: "quotas",
        key: "dev",
        value: { guarantees: {}, limits: { cpus: { value: 2 } } },
      },
    ]);
    expect([...harness.master.state.quotas.keys()]).to.deep.equal(["dev"]);
  });

  it("reckons with what is being written", () => {
    const harness = new MasterHarness({ holdWrites: true });
    harness.registerAgent("a1");
    harness.persist();
    const half = (role: string) => update({ role, guarantees: amounts({ cpus: 3 }) });
    expect(harness.operator(half("a")).status).to.equal(undefined);
    expect(harness.operator(half("b"))).to.have.property("status", 400);
    const set_quota = { quota_request: { role: "a", guarantee: [] } };
    expect(harness.operator({ type: "SET_QUOTA", set_quota })).to.have.property("status", 400);
    expect(harness.operator({ type: "REMOVE_QUOTA", remove_quota: { role: "a" } }).status).to.equal(
      undefined,
    );
    expect(harness.operator(half("b")).status).to.equal(undefined);
    harness.persist();
    expect([...harness.master.state.quotas.keys()]).to.deep.equal(["b"]);
  });

  const refusals: readonly [string, quota.QuotaConfig, string][] = [
    ["a nested role", { role: "a/b" }, "top-level roles only"],
    ["the default role", { role: "*" }, "cannot have a quota"],
    ["an endless limit", { role: "a", limits: amounts({ cpus: Infinity }) }, 'limits["cpus"]'],
    ["a negative limit", { role: "a", limits: amounts({ cpus: -1 }) }, 'limits["cpus"]'],
    [
      "a guarantee above its limit",
      { role: "a", guarantees: amounts({ cpus: 2 }), limits: amounts({ cpus: 1 }) },
      "more than the limit",
    ],
    [
      "guarantees above the cluster",
      { role: "a", guarantees: amounts({ cpus: 5 }) },
      "more than the cluster's",
    ],
  ];
  for (const [what, config, message] of refusals)
    it(`refuses ${what} with 400, and changes nothing`, () => {
      const harness = new MasterHarness();
      harness.registerAgent("a1");
      const answer = harness.operator(update({ role: "good" }, config));
      expect(answer.status).to.equal(400);
      expect(answer.message).to.include(message);
      expect(harness.registry.filter(({ collection }) => collection === "quotas")).to.deep.equal(
        [],
      );
    });

  it("refuses a limit below what the role consumes, unless forced, and takes offers back", () => {
    const harness = new MasterHarness();
    const agentId = harness.registerAgent("a1");
    const frameworkId = harness.subscribe("s1", { role: "dev" });
    harness.offer("s1", frameworkId, agentId, "cpus:2", "dev");
    const config = { role: "dev", limits: amounts({ cpus: 1 }) };
    expect(harness.operator(update(config)).message).to.include("consumes 2 of cpus");
    const forced: master.Call = {
      type: "UPDATE_QUOTA",
      update_quota: { force: true, quota_configs: [config] },
    };
    expect(harness.operator(forced)).to.deep.equal({ status: 200 });
    expect(harness.takeEvents("s1").map(({ type }) => type)).to.deep.equal(["RESCIND"]);
  });

  it("sets and removes a quota in the older way", () => {
    const harness = new MasterHarness();
    harness.registerAgent("a1");
    const guarantee = [{ name: "cpus", type: "SCALAR" as const, scalar: { value: 1 } }];
    const set: master.Call = {
      type: "SET_QUOTA",
      set_quota: { quota_request: { role: "dev", guarantee } },
    };
    const remove: master.Call = { type: "REMOVE_QUOTA", remove_quota: { role: "dev" } };
    expect(harness.operator(set)).to.deep.equal({ status: 200 });
    expect(harness.operator(set).status).to.equal(400);
    expect(harness.operator(remove)).to.deep.equal({ status: 200 });
    expect(harness.operator(remove).status).to.equal(400);
  });

  it("updates weights all or none", () => {
    const harness = new MasterHarness();
    const weigh = (weight_infos: master.Call.UpdateWeights["weight_infos"]): master.Call => ({
      type: "UPDATE_WEIGHTS",
      update_weights: { weight_infos: weight_infos ?? [] },
    });
    expect(
      harness.operator(
        weigh([
          { role: "a", weight: 2 },
          { role: "b", weight: 0 },
        ]),
      ).status,
    ).to.equal(400);
    expect([...harness.master.state.weights]).to.deep.equal([]);
    expect(harness.operator(weigh([{ role: "a/b", weight: 2.5 }])).status).to.equal(200);
    expect([...harness.master.state.weights]).to.deep.equal([["a/b", 2.5]]);
    expect(harness.operator(weigh([{ role: " c ", weight: 3 }])).status).to.equal(200);
    expect(harness.master.state.weights.get("c")).to.equal(3);
    expect(harness.operator(weigh([{ role: "d", weight: Infinity }])).status).to.equal(400);
    expect(harness.operator(weigh([{ weight: 1 }])).status).to.equal(400);
  });
});
