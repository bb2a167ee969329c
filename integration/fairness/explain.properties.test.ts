import { expect } from "chai";
import fc from "fast-check";
import { HierarchicalAllocator } from "../../modules/allocators/hierarchical.js";
import { DrfSorterFactory } from "../../modules/sorters/drf.js";
import { quota } from "../contracts/allocator-story.js";
import { AllocatorWalk, walkStep } from "../contracts/allocator-walk.js";

const frameworks = ["f", "g", "h"];
const steps = fc.array(walkStep, { maxLength: 60, size: "max" });
/** The recovery timeout of a story. */
const TIMEOUT_MS = 600_000;

/** A failover: after so many seconds of the walk, or with enough agents, allocation begins. */
const failover = fc.record({ expectedAgents: fc.constantFrom(0, 2, 3, 9), seconds: fc.nat(20) });

/** Who has nothing in the way of being offered which agent, says the allocator. */
function unhindered(walk: AllocatorWalk, nowMs: number): ReadonlySet<string> {
  const pairs = frameworks.flatMap((frameworkId) =>
    explained(walk, frameworkId, nowMs).flatMap(({ role, rules }) =>
      rules
        .filter(({ rule }) => rule === "FAIR_SHARE")
        .flatMap(({ examples }) => examples.map((agentId) => `${frameworkId} ${role} ${agentId}`)),
    ),
  );
  return new Set(pairs);
}

/** The rules of each role, of which there is always one, and exactly one for each agent. */
function explained({ story, totals }: AllocatorWalk, frameworkId: string, nowMs: number) {
  const { roles = [] } = story.allocator.explain?.({ frameworkId }, nowMs) ?? {};
  expect(roles).to.not.deep.equal([]);
  for (const { rules } of roles) {
    expect(rules).to.not.deep.equal([]);
    expect(rules.reduce((sum, { agents }) => sum + agents, 0)).to.equal(totals.size);
  }
  return roles;
}

/** A filter is in the way until the time that is told, and not a moment longer. */
function expectFiltersToEnd(walk: AllocatorWalk, frameworkId: string, agentId: string): void {
  const ask = (nowMs: number) => {
    const roles = walk.story.allocator.explain?.({ frameworkId, agentId }, nowMs).roles ?? [];
    return roles.map(({ rules }) => rules[0]);
  };
  for (const [i, now] of ask(walk.story.nowMs).entries()) {
    if (now?.rule !== "FILTER") continue;
    const { untilMs = Number.NaN } = now;
    const rules = [untilMs - 1, untilMs].map((timeMs) => ask(timeMs)[i]?.rule);
    expect(rules).to.deep.equal(["FILTER", "FAIR_SHARE"]);
  }
}

describe("what an allocator says of its own offers", () => {
  it("names a rule for everything that it does not offer, and none for what it does", () => {
    fc.assert(
      fc.property(failover, steps, ({ expectedAgents, seconds }, steps) => {
        const walk = new AllocatorWalk(new HierarchicalAllocator(new DrfSorterFactory()));
        const { story } = walk;
        const quotas = new Map([["t", quota("cpus:1")]]);
        story.allocator.recover(expectedAgents, quotas, seconds * 1_000 - TIMEOUT_MS);
        for (const step of steps) {
          if (step.type !== "CYCLE") {
            walk.apply(step);
            continue;
          }
          const before = unhindered(walk, story.nowMs + step.afterMs);
          const out = new Set(story.outstanding);
          walk.apply(step);
          const offered = story.outstanding
            .filter((one) => !out.has(one))
            .map(({ frameworkId, role, agentId }) => `${frameworkId} ${role} ${agentId}`);
          expect([...before]).to.include.members(offered);
          expect([...unhindered(walk, story.nowMs)]).to.deep.equal([]);
          for (const frameworkId of frameworks)
            for (const agentId of walk.totals.keys())
              expectFiltersToEnd(walk, frameworkId, agentId);
        }
      }),
      { numRuns: 300 },
    );
  });
});
