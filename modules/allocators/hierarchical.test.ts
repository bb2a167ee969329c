import { expect } from "chai";
import type { Allocation } from "../../core/contracts/allocator.js";
import { Resources } from "../../core/resources/resources.js";
import {
  AllocatorStory,
  frameworkOf,
  line,
  quota,
} from "../../integration/contracts/allocator-story.js";
import { DrfSorterFactory } from "../sorters/drf.js";
import { HierarchicalAllocator } from "./hierarchical.js";

const cpus = (allocations: readonly Allocation[]) =>
  allocations.reduce((sum, { resources }) => sum + resources.scalar("cpus"), 0);
const story = (options = {}) =>
  new AllocatorStory(new HierarchicalAllocator(new DrfSorterFactory()), options);

describe("HierarchicalAllocator", () => {
  it("serves the role with the smallest dominant share, agent by agent", () => {
    const tale = story().agent("a1", "cpus:2;mem:1024").framework("f1", "role1");
    // role1 is alone.
    expect(tale.run()).to.deep.equal(["f1 in role1 on a1: cpus:2; mem:1024"]);
    // role1 holds 2 of 3 cpus (0.67), role2 nothing: the new agent goes to role2.
    tale.framework("f2", "role2").agent("a2", "cpus:1;mem:512");
    expect(tale.run()).to.deep.equal(["f2 in role2 on a2: cpus:1; mem:512"]);
    // role1 0.4 of 5 cpus and 1024/3584 of mem, role2 0.2 and 0.14: role2 again.
    tale.agent("a3", "cpus:2;mem:2048");
    expect(tale.run()).to.deep.equal(["f2 in role2 on a3: cpus:2; mem:2048"]);
    // role1 2/6 cpus; role2 3/6 cpus, 2560/4096 mem: role1, and in it f3, which has nothing yet.
    tale.framework("f3", "role1").agent("a4", "cpus:1;mem:512");
    expect(tale.run()).to.deep.equal(["f3 in role1 on a4: cpus:1; mem:512"]);
  });

  it("offers what is left of an agent to the next", () => {
    // f1 takes <2,1> and <1,2> of <4,4>: <1,1> is left for f2.
    const tale = story().agent("a", "cpus:4;mem:4096").framework("f1").framework("f2");
    expect(tale.run()).to.deep.equal(["f1 in * on a: cpus:4; mem:4096"]);
    tale.use(0, "cpus:3;mem:3072");
    expect(tale.cycle()).to.deep.equal(["f2 in * on a: cpus:1; mem:1024"]);
  });

  it("takes the order anew after each offer", () => {
    const more = Resources.fromWire([
      { name: "cpus", type: "SCALAR", scalar: { value: 2 }, revocable: {} },
    ]);
    const capabilities = ["REVOCABLE_RESOURCES" as const];
    const tale = story()
      .framework("f1", "a")
      .framework("f2", { roles: ["a"], capabilities });
    tale.framework("g", { roles: ["b"], capabilities });
    tale.agent("agent", Resources.parse("cpus:4;mem:64").plus(more));
    // a, f1 and f2 come first by name. Once f1 has the cpus, it is the turn of b, and not of f2 in a.
    expect(tale.slices(100).map(({ frameworkId }) => frameworkId)).to.deep.equal(["f1", "g"]);
  });

  it("divides agents by the weights of roles", () => {
    const tale = story();
    tale.allocator.updateWeights(new Map([["gold", 2]]));
    tale.framework("g", "gold").framework("p", "plain");
    for (let i = 0; i < 6; i++) tale.agent(`a${i}`, "cpus:1;mem:64");
    // Two agents for gold to each for plain: shares of 4/6 and 2/6, divided by 2 and 1.
    const roles = tale.slices(100).map(({ role }) => role);
    expect(roles.filter((role) => role === "gold")).to.have.length(4);
  });

  it("decides fairness between siblings before it looks at cousins", () => {
    const tale = story().framework("x", "a/x").framework("y", "a/y").framework("b", "b");
    for (let i = 0; i < 8; i++) tale.agent(`a${i}`, "cpus:1;mem:64");
    const count = new Map<string, number>();
    for (const { role } of tale.slices(100)) count.set(role, (count.get(role) ?? 0) + 1);
    expect(Object.fromEntries(count)).to.deep.equal({ "a/x": 2, "a/y": 2, b: 4 });
  });

  it("waits after a failover with quotas until enough agents are back, or until its time is over", () => {
    const waiting = () => {
      const tale = story();
      tale.allocator.recover(10, new Map([["r", quota("cpus:1")]]), 0);
      return tale.framework("f");
    };
    const tale = waiting();
    for (let i = 0; i < 7; i++) tale.agent(`a${i}`, "cpus:1;mem:64");
    expect(tale.allocator.hasWork).to.equal(false);
    expect(tale.cycle()).to.deep.equal([]);
    // 8 agents are back: 7 cpus for f, one is held back for r.
    expect(cpus(tale.agent("a8", "cpus:1;mem:64").slices(100))).to.equal(7_000);
    const late = waiting().agent("a", "cpus:2;mem:64");
    expect(late.cycle(599_999)).to.deep.equal([]);
    expect(late.cycle(1)).to.have.length(1);
  });

  it("does not wait where there are no quotas", () => {
    const tale = story();
    tale.allocator.recover(10, new Map(), 0);
    expect(tale.framework("f").agent("a", "cpus:1").run()).to.have.length(1);
  });

  it("keeps a role's holdings when the framework leaves it, until they are given back", () => {
    const tale = story().framework("f", "r").framework("g", "s").agent("a", "cpus:1;mem:64");
    tale.run();
    tale.allocator.updateFramework("f", frameworkOf("f", { roles: ["s"] }));
    tale.decline();
    expect(tale.cycle()).to.deep.equal(["f in s on a: cpus:1; mem:64"]);
  });
});

describe("HierarchicalAllocator with quotas", () => {
  it("gives an unsatisfied guarantee its part first, whoever's turn it is", () => {
    const tale = story().framework("q", "quota").framework("f", "fair");
    tale.allocator.updateQuota("quota", quota("cpus:2;mem:128", "cpus:2;mem:128"));
    // fair is before quota by name; 4 cpus, of which 2 are guaranteed and no more may go to quota.
    tale.agent("a", "cpus:4;mem:1024;ports:[1-2]");
    expect(tale.run()).to.deep.equal([
      "q in quota on a: cpus:2; mem:128; ports:[1-2]",
      "f in fair on a: cpus:2; mem:896",
    ]);
  });

  it("holds a guarantee back, cluster wide, while nobody is there to take it", () => {
    const tale = story().framework("f", "fair").agent("a", "cpus:3;mem:1024");
    tale.allocator.updateQuota("quota", quota("cpus:2"));
    expect(tale.run()).to.deep.equal(["f in fair on a: cpus:1; mem:1024"]);
    // Another agent has what is held back: the first may be used up.
    tale.agent("b", "cpus:2;mem:1024");
    expect(tale.run()).to.deep.equal(["f in fair on b: cpus:2; mem:1024"]);
  });

  it("uses an agent for a guarantee only if it brings it further", () => {
    const tale = story().framework("q", "quota").framework("f", "fair");
    tale.allocator.updateQuota("quota", quota("gpus:1", "cpus:0;mem:0"));
    tale.agent("a", "cpus:4;mem:1024");
    expect(tale.run()).to.deep.equal(["f in fair on a: cpus:4; mem:1024"]);
  });

  it("caps by the limit what is neither reserved nor revocable", () => {
    const tale = story().framework("q", "quota");
    tale.allocator.updateQuota("quota", quota("", "cpus:1.5"));
    tale.agent("a", "cpus:1;mem:64").agent("b", "cpus:2;cpus(quota):0.25;mem:64");
    // The reservation counts: 1.25 cpus are left to the limit.
    expect(cpus(tale.slices(100))).to.equal(1_500);
    expect(tale.cycle()).to.deep.equal([]);
    tale.allocator.updateQuota("quota", undefined);
    tale.allocator.beginCycle(2_000);
    expect(cpus(tale.slices(100))).to.equal(1_750);
  });

  it("gives the guarantee of a role to a framework below it", () => {
    const tale = story().framework("f", "fair").framework("x", "quota/x");
    tale.allocator.updateQuota("quota", quota("cpus:2"));
    // fair is before quota by name; what is guaranteed goes to quota/x all the same, and mem is nobody's.
    tale.agent("a", "cpus:3;mem:64");
    expect(tale.run()).to.deep.equal(["x in quota/x on a: cpus:3; mem:64"]);
    tale.decline("x", 60_000);
    expect(tale.cycle()).to.deep.equal(["f in fair on a: cpus:1; mem:64"]);
  });

  it("does not hold a role back for its own guarantee", () => {
    const tale = story().framework("q", "quota");
    tale.allocator.updateQuota("quota", quota("cpus:6;mem:3072"));
    for (const id of ["a", "b", "c"]) tale.agent(id, "cpus:4;mem:1024");
    // All is missing at first, and all is there: one run gives it, and what is beyond it.
    expect([...tale.run()].sort()).to.deep.equal([
      "q in quota on a: cpus:4; mem:1024",
      "q in quota on b: cpus:4; mem:1024",
      "q in quota on c: cpus:4; mem:1024",
    ]);
  });

  it("counts a subtree against its top-level role's quota, and caps the subtree", () => {
    const tale = story().framework("x", "quota/x").framework("y", "quota/y");
    tale.allocator.updateQuota("quota", quota("", "cpus:3;mem:96"));
    tale.agent("a", "cpus:2;mem:64").agent("b", "cpus:2;mem:64");
    const offers = tale.slices(100);
    expect(offers.map(({ role }) => role)).to.have.members(["quota/x", "quota/y"]);
    expect(offers.reduce((sum, { resources }) => sum + resources.scalar("cpus"), 0)).to.equal(
      3_000,
    );
  });

  it("offers again towards a guarantee when the refusal is over, short as resources are for others", () => {
    const tale = story().framework("f", "r").agent("a", "cpus:1;mem:64");
    // More is guaranteed than there is: nothing may be offered but towards a guarantee.
    tale.allocator.updateQuota("r", quota("cpus:3;mem:100"));
    tale.allocator.updateQuota("t", quota("cpus:2;mem:500"));
    expect(tale.run()).to.deep.equal(["f in r on a: cpus:1; mem:64"]);
    tale.decline("f", 3_000);
    expect(tale.cycle(2_000)).to.deep.equal([]);
    expect(tale.cycle(2_000)).to.deep.equal(["f in r on a: cpus:1; mem:64"]);
  });

  it("heeds at once a quota that is set between two slices of a run", () => {
    const tale = story().agent("a", "cpus:4;mem:1024").agent("b", "cpus:2;mem:512;cpus(r):2");
    const whole = quota("cpus:2;mem:500", "cpus:2;mem:500");
    tale.framework("f", "r").allocator.updateQuota("r", whole);
    // The reservation on b is all the cpus that r may have: a gives it memory alone.
    expect(tale.slice(1).allocations.map(line)).to.deep.equal(["f in r on a: mem:500"]);
    tale.allocator.updateQuota("r", whole);
    tale.allocator.removeAgent("b");
    expect(tale.slices(1).map(line)).to.deep.equal(["f in r on a: cpus:2"]);
  });

  it("offers a limited role more once it gives something back", () => {
    const tale = story()
      .framework("q", "quota")
      .agent("a", "cpus:1;mem:64")
      .agent("b", "cpus:1;mem:64");
    tale.allocator.updateQuota("quota", quota("", "cpus:1;mem:64"));
    expect(tale.run()).to.have.length(1);
    expect(tale.cycle()).to.deep.equal([]);
    tale.decline("q", 60_000);
    // The refused agent is filtered, and the other one fits the limit again.
    expect(tale.cycle()).to.have.length(1);
  });
});
