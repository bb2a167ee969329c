import { expect } from "chai";
import { AllocatorStory } from "../../integration/contracts/allocator-story.js";
import { DrfSorterFactory } from "../sorters/drf.js";
import { HierarchicalAllocator } from "./hierarchical.js";

const story = (options = {}) =>
  new AllocatorStory(new HierarchicalAllocator(new DrfSorterFactory()), options);

describe("HierarchicalAllocator", () => {
  // Total 3 cpus and 1536 mem once all are there.
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
});
