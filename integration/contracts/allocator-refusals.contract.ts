import { expect } from "chai";
import { agentOf } from "./allocator-story.js";
import type { AllocatorSuite } from "./allocator-suite.js";

/** What is refused is not offered again for as long as it was refused for. */
export function describeRefusals({ story }: AllocatorSuite): void {
  it("does not repeat to a framework what it has refused, nor less of it, until the filter is over", () => {
    const tale = story().framework("f").agent("a", "cpus:2;mem:512");
    tale.run();
    tale.decline("f", 5_000);
    expect(tale.cycle(4_999)).to.deep.equal([]);
    tale.framework("g");
    expect(tale.run()).to.deep.equal(["g in * on a: cpus:2; mem:512"]);
    tale.use(0, "cpus:1;mem:1").allocator.suppressOffers("g", ["*"]);
    expect(tale.cycle(0)).to.deep.equal([]);
    // What is left is less than f has refused; then its filter is over.
    expect(tale.cycle(1)).to.deep.equal(["f in * on a: cpus:1; mem:511"]);
  });

  it("offers more than was refused", () => {
    const tale = story().framework("f").agent("a", "cpus:2;mem:512");
    tale.run();
    tale.use(0, "cpus:1;mem:12").cycle();
    tale.decline("f", 60_000);
    expect(tale.cycle()).to.deep.equal(["f in * on a: cpus:2; mem:512"]);
  });

  it("keeps a filter for one interval at least, and none for no refusal", () => {
    const tale = story().framework("f").agent("a", "cpus:2;mem:512");
    tale.run();
    tale.decline("f", 1);
    expect(tale.cycle(999)).to.deep.equal([]);
    expect(tale.cycle(1)).to.have.length(1);
    tale.decline("f", 0);
    expect(tale.cycle(1)).to.have.length(1);
  });

  it("forgets filters on revival, deactivation and changed attributes", () => {
    const tale = story().framework("f").agent("a", "cpus:2;mem:512");
    tale.run();
    tale.decline("f", 60_000).allocator.reviveOffers("f", ["*"]);
    expect(tale.run()).to.have.length(1);
    tale.decline("f", 60_000).allocator.deactivateFramework("f");
    tale.allocator.activateFramework("f");
    expect(tale.run()).to.have.length(1);
    tale.decline("f", 60_000);
    expect(tale.cycle()).to.deep.equal([]);
    const rack = { name: "rack", type: "TEXT", text: { value: "1" } } as const;
    tale.allocator.updateAgent("a", agentOf("a", "cpus:2;mem:512", { attributes: [rack] }));
    expect(tale.run()).to.have.length(1);
  });

  it("offers what is free to everyone in the end, however soon others have it offered again", () => {
    const names = ["f", "g", "h"];
    const tale = story().agent("a", "cpus:2;mem:512");
    for (const name of names) tale.framework(name, name);
    const seen = new Set<string>();
    for (let i = 0; i < 10; i++) {
      tale.cycle();
      for (const { frameworkId } of tale.outstanding) seen.add(frameworkId);
      tale.nowMs += 1;
      tale.decline("f", 0).decline("g", 1).decline("h", 3_000);
    }
    expect([...seen].sort()).to.deep.equal(names);
  });
}
