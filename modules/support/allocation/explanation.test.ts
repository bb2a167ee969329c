import { expect } from "chai";
import { sharedVolume } from "../../../integration/contracts/shared-volume.js";
import { parseMinAllocatable } from "../../../core/resources/quantities.js";
import { Resources } from "../../../core/resources/resources.js";
import { AllocatorStory, domain, quota } from "../../../integration/contracts/allocator-story.js";
import { HierarchicalAllocator } from "../../allocators/hierarchical.js";
import { DrfSorterFactory } from "../../sorters/drf.js";

const story = (options = {}) =>
  new AllocatorStory(new HierarchicalAllocator(new DrfSorterFactory()), options);

describe("HierarchicalAllocator, asked why", () => {
  const rules = (tale: AllocatorStory, frameworkId: string) =>
    tale.allocator
      .explain?.({ frameworkId }, tale.nowMs)
      .roles.map(({ role, rules }) => [
        role,
        Object.fromEntries(rules.map(({ rule, examples }) => [rule, examples.join(" ")])),
      ]);

  it("names the rule that keeps each agent back", () => {
    const tale = story({
      domain: domain("here"),
      minAllocatableResources: parseMinAllocatable("cpus:0.5"),
    });
    tale
      .agent("inactive", "cpus:1")
      .agent("gpus", "cpus:1;gpus:1")
      .agent("far", "cpus:1", { region: "there" })
      .agent("reserved", "cpus(x):1")
      .agent("small", "cpus:0.1")
      .framework("f", { roles: ["r", "quiet"], suppressed: ["quiet"] });
    tale.allocator.deactivateAgent("inactive");
    tale.run();
    tale.agent("declined", "cpus:1").agent("taken", "cpus:1");
    tale.run();
    tale.decline("f", 60_000).framework("g").run();
    tale.decline("g");
    const all = "inactive gpus far reserved small";
    expect(rules(tale, "f")).to.deep.equal([
      [
        "r",
        {
          AGENT_INACTIVE: "inactive",
          GPU_RESOURCES: "gpus",
          REGION: "far",
          RESERVED: "reserved",
          MINIMUM: "small",
          FILTER: "declined taken",
        },
      ],
      ["quiet", { SUPPRESSED: all }],
    ]);
    expect(rules(tale, "g")?.[0]?.[1]).to.include({ FAIR_SHARE: "declined taken" });
  });

  it("tells a limit from what is held back for others", () => {
    const tale = story().framework("q", "quota").framework("f", "fair").agent("a", "cpus:1;mem:64");
    tale.allocator.updateQuota("quota", quota("", "cpus:0;mem:0"));
    tale.allocator.updateQuota("other", quota("cpus:1;mem:64"));
    expect(tale.run()).to.deep.equal([]);
    expect(rules(tale, "q")).to.deep.equal([["quota", { QUOTA_LIMIT: "a" }]]);
    expect(rules(tale, "f")).to.deep.equal([["fair", { HEADROOM: "a" }]]);
  });

  const volume = (role: string) => sharedVolume(role, { size: 100 });

  it("tells what is reserved for others from what is too little for anyone", () => {
    const tale = story()
      .framework("f", "r")
      .agent("reserved", "cpus(x):1;mem(x):64;disk:10;ports:[1-9]")
      .agent("small", "disk(x):10;ports:[1-9]");
    expect(tale.run()).to.deep.equal([]);
    expect(rules(tale, "f")).to.deep.equal([["r", { RESERVED: "reserved", MINIMUM: "small" }]]);
  });

  it("tells what the framework does not take from what is reserved for others", () => {
    const revocable = Resources.fromWire([
      { name: "cpus", type: "SCALAR", scalar: { value: 1 }, revocable: {} },
    ]);
    const tale = story().framework("f", "r").agent("a", Resources.parse("disk:10").plus(revocable));
    expect(tale.run()).to.deep.equal([]);
    expect(rules(tale, "f")).to.deep.equal([["r", { CAPABILITY: "a" }]]);
  });

  it("takes an agent for allocated when a shared volume is all that is left, which is always there", () => {
    const capabilities = ["SHARED_RESOURCES" as const];
    const tale = story()
      .framework("f", "r", { capabilities })
      .agent("a", Resources.parse("cpus:1;mem:64").plus(volume("r")));
    expect(tale.run()).to.have.length(1);
    tale.framework("g", "x", { capabilities }).framework("h", "r");
    expect(tale.cycle()).to.deep.equal([]);
    const names = ["f", "g", "h"].map((name) => rules(tale, name)?.[0]?.[1]);
    expect(names).to.deep.equal([{ ALLOCATED: "a" }, { ALLOCATED: "a" }, { ALLOCATED: "a" }]);
  });

  it("says that allocation waits for agents after a failover, unless the framework wants nothing", () => {
    const tale = story();
    tale.allocator.recover(10, new Map([["q", quota("cpus:1")]]), 0);
    tale.agent("a", "cpus:1;mem:64").agent("b", "cpus:1;mem:64");
    tale.framework("f", { roles: ["r", "quiet"], suppressed: ["quiet"] });
    tale.allocator.deactivateAgent("b");
    expect(tale.cycle()).to.deep.equal([]);
    expect(rules(tale, "f")).to.deep.equal([
      ["r", { RECOVERING: "a b" }],
      ["quiet", { SUPPRESSED: "a b" }],
    ]);
    const [role] = tale.allocator.explain?.({ frameworkId: "f" }, tale.nowMs).roles ?? [];
    expect(role?.rules[0]?.message).to.equal(
      "after a failover, allocation waits for agents to come back: 2 are there, 8 of 10 are enough",
    );
    // It is over with time, whether or not a run has noticed.
    tale.nowMs = 600_000;
    expect(rules(tale, "f")?.[0]?.[1]).to.deep.equal({ FAIR_SHARE: "a", AGENT_INACTIVE: "b" });
    expect(tale.cycle()).to.have.length(1);
  });

  it("names a rule where there are no agents, with the framework's own first", () => {
    const tale = story().framework("f", { roles: ["r", "quiet"], suppressed: ["quiet"] });
    tale.framework("inactive", "r", { active: false });
    expect(rules(tale, "f")).to.deep.equal([
      ["r", { NO_AGENTS: "" }],
      ["quiet", { SUPPRESSED: "" }],
    ]);
    expect(rules(tale, "inactive")).to.deep.equal([["r", { FRAMEWORK_INACTIVE: "" }]]);
    tale.agent("a", "cpus:1;mem:64");
    const query = { frameworkId: "f", role: "r", agentId: "gone" };
    expect(tale.allocator.explain?.(query, 0).roles[0]?.rules[0]).to.deep.equal({
      rule: "NO_AGENTS",
      message: "there is no agent that could be offered",
      agents: 0,
      examples: [],
    });
  });

  it("names a rule of the framework as a whole where it has no roles", () => {
    const tale = story().framework("f", { roles: [] }).agent("a", "cpus:1;mem:64");
    tale.framework("inactive", { roles: [], active: false });
    expect(rules(tale, "f")).to.deep.equal([[undefined, { NO_ROLES: "a" }]]);
    expect(rules(tale, "inactive")).to.deep.equal([[undefined, { FRAMEWORK_INACTIVE: "a" }]]);
    expect(rules(tale, "unknown")).to.deep.equal([[undefined, { FRAMEWORK_INACTIVE: "a" }]]);
    const query = { frameworkId: "f", role: "other" };
    const [entry] = tale.allocator.explain?.(query, 0).roles ?? [];
    expect([entry?.role, entry?.rules[0]?.rule]).to.deep.equal(["other", "NOT_SUBSCRIBED"]);
  });

  it("says until when filters and a failover keep agents back, and nothing of when others do", () => {
    const tale = story();
    const times = (frameworkId: string) => {
      const explanation = tale.allocator.explain?.({ frameworkId }, tale.nowMs);
      const all = explanation?.roles.flatMap((one) => one.rules) ?? [];
      expect(explanation?.nowMs).to.equal(tale.nowMs);
      return all.map(({ rule, untilMs, lastUntilMs }) => [rule, untilMs, lastUntilMs]);
    };
    tale.nowMs = 1_000;
    tale.allocator.recover(2, new Map([["q", quota("cpus:1")]]), tale.nowMs);
    tale.framework("f", "r").framework("quiet", "r", { suppressed: ["r"] });
    expect(times("f")).to.deep.equal([["RECOVERING", 601_000, undefined]]);
    tale.allocator.updateQuota("q", undefined);
    tale.agent("a", "cpus:1;mem:64").agent("b", "cpus:1;mem:64").run();
    tale.decline("f", 5_000);
    expect(times("f")).to.deep.equal([["FILTER", 6_000, undefined]]);
    tale.agent("c", "cpus:1;mem:64").run();
    tale.decline("f", 60_000).agent("d", "cpus:0.001");
    expect(times("f")).to.deep.equal([
      ["FILTER", 6_000, 61_000],
      ["MINIMUM", undefined, undefined],
    ]);
    expect(times("quiet")).to.deep.equal([["SUPPRESSED", undefined, undefined]]);
  });
});
