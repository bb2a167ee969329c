import { expect } from "chai";
import { sharedVolume } from "../../../integration/contracts/shared-volume.js";
import { Resources } from "../../../core/resources/resources.js";
import { AllocatorStory } from "../../../integration/contracts/allocator-story.js";
import { HierarchicalAllocator } from "../../allocators/hierarchical.js";
import { DrfSorterFactory } from "../../sorters/drf.js";
import { SharedOffers } from "./shared-offers.js";

describe("SharedOffers", () => {
  const [one, two] = ["one", "two"].map((id) => sharedVolume("r", { id })) as [
    Resources,
    Resources,
  ];

  it("knows what each framework has on offer until that ends, and what the last run has offered", () => {
    const offers = new SharedOffers();
    offers.begin("f", one, 1);
    offers.begin("f", two, 2);
    offers.begin("g", one, 2);
    const all = () => ["f", "g"].map((id) => offers.outstandingTo(id).toString());
    expect(all()).to.deep.equal([one.plus(two).toString(), one.toString()]);
    offers.end("f", Resources.parse("cpus:1").plus(one).plus(one).allocate("r"));
    offers.end("g", two);
    expect(all()).to.deep.equal([two.toString(), one.toString()]);
    const inRun = [1, 2].map((run) => offers.offeredIn(run).toString());
    expect(inRun).to.deep.equal(["", one.plus(two).toString()]);
  });

  it("keep a framework from them and from nothing else, when it asks", () => {
    const capabilities = ["SHARED_RESOURCES" as const];
    const tale = new AllocatorStory(new HierarchicalAllocator(new DrfSorterFactory()), {
      minAllocatableResources: [],
    });
    tale.agent("a", one).agent("b", one.plus(Resources.parse("cpus(x):1")));
    tale.framework("f", "r", { capabilities }).run();
    tale.framework("g", "r", { capabilities });
    const rules = (frameworkId: string) =>
      tale.allocator
        .explain?.({ frameworkId }, tale.nowMs)
        .roles[0]?.rules.map(({ rule, examples }) => `${rule} ${examples.join(" ")}`);
    expect(["f", "g"].map(rules)).to.deep.equal([
      ["ALLOCATED a", "RESERVED b"],
      ["FAIR_SHARE a b"],
    ]);
  });
});
