import { expect } from "chai";
import { MasterHarness } from "../../integration/builders/master-harness.js";
import type { master, quota, v1 } from "../protocol/v1.js";

function amounts(values: Readonly<Record<string, number>>) {
  return Object.fromEntries(Object.entries(values).map(([name, value]) => [name, { value }]));
}
function cpus(value: number, more: Partial<v1.Resource> = {}): v1.Resource {
  return { name: "cpus", type: "SCALAR", scalar: { value }, ...more };
}
function set(...guarantee: v1.Resource[]): master.Call {
  return { type: "SET_QUOTA", set_quota: { quota_request: { role: "dev", guarantee } } };
}
function weigh(weight_infos: readonly v1.WeightInfo[]): master.Call {
  return { type: "UPDATE_WEIGHTS", update_weights: { weight_infos } };
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
    const set_quota = { quota_request: { role: "a", guarantee: [cpus(1)] } };
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
    const remove: master.Call = { type: "REMOVE_QUOTA", remove_quota: { role: "dev" } };
    expect(harness.operator(set(cpus(1)))).to.deep.equal({ status: 200 });
    expect(harness.operator(set(cpus(1))).status).to.equal(400);
    expect(harness.operator(remove)).to.deep.equal({ status: 200 });
    expect(harness.operator(remove).status).to.equal(400);
  });

  it("limits what the older way says is 0, and leaves alone what it does not name", () => {
    const harness = new MasterHarness();
    harness.registerAgent("a1");
    const none = { name: "mem", type: "SCALAR" as const, scalar: { value: 0 } };
    expect(harness.operator(set(cpus(1), none))).to.deep.equal({ status: 200 });
    expect(harness.master.state.quotas.get("dev")?.limits).to.deep.equal(
      new Map([
        ["cpus", 1000],
        ["mem", 0],
      ]),
    );
    harness.operator({ type: "REMOVE_QUOTA", remove_quota: { role: "dev" } });
    expect(harness.operator(set(cpus(0)))).to.deep.equal({ status: 200 });
    expect(harness.master.state.quotas.get("dev")?.limits).to.deep.equal(new Map([["cpus", 0]]));
  });

  const malformed: readonly [string, readonly v1.Resource[], string][] = [
    ["nothing", [], ": expected at least one resource"],
    ["an amount for a role", [cpus(1, { role: "other" })], "[0] (cpus): must not be reserved"],
    [
      "a reservation",
      [cpus(1, { reservations: [{ type: "DYNAMIC", role: "other" }] })],
      "[0] (cpus): must not be reserved",
    ],
    ["a revocable amount", [cpus(1, { revocable: {} })], "[0] (cpus).revocable: must not be set"],
    [
      "a disk",
      [cpus(1), { ...cpus(1), name: "disk", disk: { source: { type: "PATH" } } }],
      "[1] (disk).disk: must not be set",
    ],
    ["a name twice", [cpus(0.1), cpus(0.2)], "[1] (cpus): the name is there twice"],
    [
      "ports",
      [{ name: "ports", type: "RANGES", ranges: { range: [{ begin: 1, end: 2 }] } }],
      "[0] (ports): expected a scalar, got RANGES",
    ],
    ["a negative amount", [cpus(-1)], ": resources[0] (cpus): scalar.value: -1 is negative"],
  ];
  for (const [what, guarantee, message] of malformed)
    it(`refuses ${what} in the older way with 400`, () => {
      const harness = new MasterHarness();
      harness.registerAgent("a1");
      expect(harness.operator(set(...guarantee))).to.deep.equal({
        status: 400,
        message: `quota_request.guarantee${message}`,
      });
    });

  it("updates weights all or none", () => {
    const harness = new MasterHarness();
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

  it("takes back all that is on offer when a role's weight changes in which anybody takes part", () => {
    const rescinded = (role: string) => {
      const harness = new MasterHarness();
      const agentId = harness.registerAgent("a1");
      const x = harness.subscribe("sx", { role: "x" });
      harness.subscribe("sy", { role: "y/child" });
      harness.offer("sx", x, agentId, "cpus:2", "x");
      harness.operator(weigh([{ role, weight: 3 }]));
      return harness.takeEvents("sx").map(({ type }) => type);
    };
    expect(["x", "y/child", "y", "y/other", "z"].map(rescinded)).to.deep.equal([
      ["RESCIND"],
      ["RESCIND"],
      ["RESCIND"],
      [],
      [],
    ]);
  });
});
