import { expect } from "chai";
import { Resources } from "../../core/resources/resources.js";
import { agentOf, frameworkOf } from "./allocator-story.js";
import type { AllocatorSuite } from "./allocator-suite.js";

const parse = (text: string) => Resources.parse(text);

/** What is free is offered, once, to those who are there to be offered it. */
export function describeOffers({ story }: AllocatorSuite): void {
  it("offers what an agent has, allocated to the role, once", () => {
    const tale = story().framework("f", "r").agent("a", "cpus:2;mem:512;ports:[1-9]");
    expect(tale.allocator.hasWork).to.equal(true);
    expect(tale.slices(100)).to.deep.equal([
      {
        frameworkId: "f",
        role: "r",
        agentId: "a",
        resources: parse("cpus:2;mem:512;ports:[1-9]").allocate("r"),
      },
    ]);
    expect(tale.allocator.hasWork).to.equal(false);
    expect(tale.cycle()).to.deep.equal([]);
  });

  it("offers again what comes back, at the next cycle", () => {
    const tale = story().framework("f").agent("a", "cpus:2;mem:512");
    tale.run();
    tale.decline();
    expect(tale.run()).to.deep.equal([]);
    expect(tale.cycle()).to.deep.equal(["f in * on a: cpus:2; mem:512"]);
    tale.use(0, "cpus:1;mem:500");
    expect(tale.cycle()).to.deep.equal(["f in * on a: cpus:1; mem:12"]);
  });

  it("does not offer what tasks hold, before or after their framework is known", () => {
    const used = parse("cpus:1;mem:100").allocate("*");
    const tale = story().agent("a", "cpus:2;mem:512", { used: new Map([["f", used]]) });
    tale.framework("f", "*", { used: new Map([["a", used]]) });
    expect(tale.run()).to.deep.equal(["f in * on a: cpus:1; mem:412"]);
    tale.decline();
    tale.allocator.recoverResources("f", "a", used, { allocated: true }, 0);
    expect(tale.cycle()).to.deep.equal(["f in * on a: cpus:2; mem:512"]);
  });

  it("offers nothing to frameworks that are suppressed, inactive or gone", () => {
    const tale = story()
      .framework("suppressed", { roles: ["r"], suppressed: ["r"] })
      .framework("inactive", { active: false })
      .framework("gone")
      .agent("a", "cpus:1;mem:100");
    tale.allocator.removeFramework("gone");
    expect(tale.run()).to.deep.equal([]);
    tale.allocator.reviveOffers("suppressed", ["r"]);
    expect(tale.run()).to.deep.equal(["suppressed in r on a: cpus:1; mem:100"]);
    tale.allocator.suppressOffers("suppressed", ["r"]);
    tale.decline();
    tale.allocator.activateFramework("inactive");
    expect(tale.run()).to.deep.equal(["inactive in * on a: cpus:1; mem:100"]);
    tale.allocator.deactivateFramework("inactive");
    tale.decline();
    expect(tale.cycle()).to.deep.equal([]);
  });

  it("offers nothing of agents that are inactive, not whitelisted or gone", () => {
    const tale = story().framework("f").agent("a", "cpus:1").agent("b", "cpus:1");
    tale.agent("c", "cpus:1");
    tale.allocator.deactivateAgent("a");
    tale.allocator.updateWhitelist(new Set(["a", "c"]));
    tale.allocator.removeAgent("c");
    expect(tale.run()).to.deep.equal([]);
    tale.allocator.activateAgent("a");
    expect(tale.cycle()).to.deep.equal(["f in * on a: cpus:1"]);
    tale.allocator.updateWhitelist(undefined);
    expect(tale.cycle()).to.deep.equal(["f in * on b: cpus:1"]);
  });

  it("offers reservations to the role and those below it alone", () => {
    const tale = story().agent("a", "cpus(a):1;cpus(a/b):2;cpus(c):4").framework("x", "x");
    expect(tale.run()).to.deep.equal([]);
    tale.framework("a", "a");
    expect(tale.run()).to.deep.equal(["a in a on a: cpus(a):1"]);
    tale.allocator.suppressOffers("a", []);
    tale.decline();
    tale.framework("b", "a/b");
    expect(tale.run()).to.deep.equal(["b in a/b on a: cpus(a):1; cpus(a/b):2"]);
  });

  it("follows conversions of what is offered and of what nobody holds", () => {
    const tale = story().framework("f", "r").agent("a", "cpus:2;mem:512");
    tale.run();
    const reserved = parse("cpus(r):2");
    tale.allocator.updateAllocation("f", "a", [
      { consumed: parse("cpus:2").allocate("r"), converted: reserved.allocate("r") },
    ]);
    const back = reserved.plus(parse("mem:512")).allocate("r");
    tale.allocator.recoverResources("f", "a", back, { allocated: false }, 0);
    const free = [{ consumed: parse("mem:500"), converted: parse("mem(x):500") }];
    expect(tale.allocator.updateAvailable("a", free)).to.equal(true);
    expect(tale.allocator.updateAvailable("a", free)).to.equal(false);
    expect(tale.cycle()).to.deep.equal(["f in r on a: cpus(r):2; mem:12"]);
  });

  it("offers what is new of an agent, and takes back what it has no more", () => {
    const tale = story().framework("f").agent("a", "cpus:2;mem:512");
    tale.run();
    tale.allocator.updateAgent("a", agentOf("a", "cpus:3;mem:512", {}));
    expect(tale.run()).to.deep.equal(["f in * on a: cpus:1"]);
    // 3 cpus are out, 1 is left of the agent: nothing is free until 3 are back.
    tale.allocator.updateAgent("a", agentOf("a", "cpus:1;mem:512", {}));
    expect(tale.cycle()).to.deep.equal([]);
    tale.decline();
    expect(tale.cycle()).to.deep.equal(["f in * on a: cpus:1; mem:512"]);
  });

  it("moves a framework's subscription with its roles", () => {
    const tale = story().framework("f", { roles: ["r", "s"], suppressed: ["r"] });
    tale.agent("a", "cpus:1");
    expect(tale.run()).to.deep.equal(["f in s on a: cpus:1"]);
    tale.allocator.updateFramework("f", frameworkOf("f", { roles: ["r"] }));
    tale.decline();
    expect(tale.cycle()).to.deep.equal(["f in r on a: cpus:1"]);
  });

  it("ignores calls about what is not there", () => {
    const { allocator } = story();
    const held = parse("cpus:1").allocate("*");
    allocator.recoverResources("f", "a", held, { allocated: true, refuseMs: 5 }, 0);
    allocator.updateAllocation("f", "a", []);
    allocator.transitionOfferedToAllocated("f", "a", held);
    for (const call of ["removeAgent", "activateAgent", "deactivateAgent"] as const) {
      allocator[call]("a");
    }
    for (const call of ["removeFramework", "activateFramework", "deactivateFramework"] as const) {
      allocator[call]("f");
    }
    allocator.suppressOffers("f", []);
    allocator.reviveOffers("f", []);
    expect(allocator.updateAvailable("a", [])).to.equal(false);
    expect(allocator.allocate(0, 10).allocations).to.deep.equal([]);
  });
}
