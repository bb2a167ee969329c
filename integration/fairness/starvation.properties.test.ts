import { expect } from "chai";
import fc from "fast-check";
import { Resources } from "../../core/resources/resources.js";
import { HierarchicalAllocator } from "../../modules/allocators/hierarchical.js";
import { DrfSorterFactory } from "../../modules/sorters/drf.js";
import { AllocatorStory } from "../contracts/allocator-story.js";

const INTERVAL_MS = 1_000;
const MAX_REFUSE_MS = 5_000;

const refuseMs = fc.constantFrom(0, 1, 500, 1_000, 2_500, MAX_REFUSE_MS);
const setting = fc.record({
  /** How long each of those refuses who want nothing, hold nothing, and so come first by their share. */
  idle: fc.array(refuseMs, { minLength: 1, maxLength: 6 }),
  /** How long the one refuses who wants nothing at first. */
  own: refuseMs,
  /** How many of the idle ones have come before it. */
  before: fc.nat(6),
  agents: fc.integer({ min: 1, max: 3 }),
  oneRole: fc.boolean(),
  /** How long answers take. */
  answerMs: fc.constantFrom(0, 1, 100, 900),
});

describe("a framework that wants what is free", () => {
  it("is offered it in the end, however many with smaller shares refuse it for however short a time", () => {
    fc.assert(
      fc.property(setting, ({ idle, own, before, agents, oneRole, answerMs }) => {
        const tale = new AllocatorStory(new HierarchicalAllocator(new DrfSorterFactory()));
        const roleOf = (name: string) => (oneRole ? "r" : name);
        const used = Resources.parse("cpus:1;mem:64").allocate(roleOf("busy"));
        for (let i = 0; i < agents; i++)
          tale.agent(`a${i}`, "cpus:4;mem:512", { used: new Map([["busy", used]]) });
        const all = idle.map((ms, i): readonly [string, number] => [`idle${i}`, ms]);
        const refusals = new Map(all.toSpliced(before, 0, ["busy", own]));
        for (const name of refusals.keys()) tale.framework(name, roleOf(name));
        const offered = new Set<string>();
        // At most everyone else comes first on each agent, as often as a refusal of the wanting one lasts.
        const cycles = refusals.size + MAX_REFUSE_MS / INTERVAL_MS;
        for (let cycle = 0; cycle < 5 + 2 * cycles; cycle++) {
          tale.cycle(INTERVAL_MS - answerMs);
          if (cycle >= 5)
            for (const { frameworkId, agentId } of tale.outstanding)
              if (frameworkId === "busy") offered.add(agentId);
          tale.nowMs += answerMs;
          for (const [name, ms] of refusals) tale.decline(name, ms);
        }
        expect(offered.size).to.equal(agents);
      }),
      { numRuns: 100 },
    );
  });
});
