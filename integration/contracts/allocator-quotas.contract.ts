import { expect } from "chai";
import fc from "fast-check";
import type { Allocation, Allocator } from "../../core/contracts/allocator.js";
import { topLevelRole } from "../../core/resources/roles.js";
import { line, quota } from "./allocator-story.js";
import type { AllocatorSuite } from "./allocator-suite.js";
import { AllocatorWalk, interruptingStep, type WalkStep } from "./allocator-walk.js";
import { QuotaBooks } from "./quota-books.js";

type Look = (given: Allocation, before: QuotaBooks, after: QuotaBooks, walk: AllocatorWalk) => void;

/** Walks, and looks at the books before and after each allocation. */
function walk(allocator: Allocator, steps: readonly WalkStep[], look: Look): void {
  const walk: AllocatorWalk = new AllocatorWalk(allocator, 2, (given, held) => {
    const books = (all: readonly Allocation[]) => new QuotaBooks(walk.totals, walk.quotas, all);
    look(given, books(held), books([...held, given]), walk);
  });
  for (const step of steps) walk.apply(step);
}

const steps = fc.array(interruptingStep, { maxLength: 60, size: "max" });

type Amounts = readonly [cpus: number, mem: number];
/** An agent by its number, a framework by its role, or a run. */
type Arrival = number | string;

function sum(all: readonly Amounts[]): Amounts {
  return all.reduce<Amounts>(([cpus, mem], one) => [cpus + one[0], mem + one[1]], [0, 0]);
}

/** Two guarantees that the agents have together, frameworks for them or below them, others that flood; all in any order. */
const flood = fc
  .record({
    agents: fc.array(fc.tuple(fc.integer({ min: 1, max: 8 }), fc.integer({ min: 64, max: 900 })), {
      minLength: 1,
      maxLength: 5,
    }),
    hundredths: fc.tuple(fc.nat(50), fc.nat(50)),
    roles: fc.tuple(fc.constantFrom("q", "q/x"), fc.constantFrom("z", "z/y/x")),
  })
  .chain(({ agents, hundredths, roles }) => {
    const [cpus, mem] = sum(agents);
    const part = (all: number, i: 0 | 1) => Math.floor((all * hundredths[i]) / 100);
    const guarantees: Readonly<Record<string, Amounts>> = {
      q: [part(cpus, 0), part(mem, 0)],
      z: [part(cpus, 1), part(mem, 1)],
    };
    const all: Arrival[] = [...agents.keys(), ...roles, "flood", "more", "RUN", "RUN", "RUN"];
    const arrivals = fc.shuffledSubarray(all, { minLength: all.length });
    return arrivals.map((order) => ({ agents, guarantees, arrivals: order }));
  });

/** What is guaranteed and what is the limit, for a role with all below it. */
export function describeQuotas({ create, story, optional }: AllocatorSuite): void {
  optional("QUOTAS", "gives no role more than its limit, nor all below it together", () => {
    fc.assert(
      fc.property(steps, (all) =>
        walk(create(), all, (given, _, after, { quotas }) => {
          const top = topLevelRole(given.role);
          const own = given.resources.unreserved().nonRevocable();
          const consumed = after.consumed(top);
          for (const [name, limit] of quotas.get(top)?.limits ?? [])
            if (own.scalar(name) > 0)
              expect(consumed.get(name) ?? 0, line(given)).to.be.most(limit);
        }),
      ),
      { numRuns: 150 },
    );
  });

  optional("QUOTAS", "takes what is missing to a guarantee only towards it", () => {
    fc.assert(
      fc.property(steps, (all) =>
        walk(create(), all, (given, before, after) => {
          const [had, has] = [before.shortfall, after.shortfall];
          for (const [name, milli] of Object.entries(has))
            expect(milli, `${name}: ${line(given)}`).to.be.most(had[name] ?? 0);
        }),
      ),
      { numRuns: 150 },
    );
  });

  optional(
    "QUOTAS",
    "gives what is guaranteed and there is, whoever came first and takes all",
    () => {
      fc.assert(
        fc.property(flood, ({ agents, guarantees, arrivals }) => {
          // The least crumb is offered: what is kept back may lie in crumbs.
          const tale = story({
            minAllocatableResources: [],
          });
          const text = ([cpus, mem]: Amounts) => `cpus:${cpus};mem:${mem}`;
          for (const [top, amounts] of Object.entries(guarantees))
            tale.allocator.updateQuota(top, quota(text(amounts)));
          for (const arrival of arrivals) {
            if (arrival === "RUN") tale.run();
            else if (typeof arrival === "string") tale.framework(arrival, arrival);
            else tale.agent(`a${arrival}`, text(agents[arrival] as Amounts));
          }
          tale.cycle();
          const held = (roles: (role: string) => boolean) =>
            sum(
              tale.outstanding
                .filter(({ role }) => roles(role))
                .map(({ resources }) => [
                  resources.scalar("cpus") / 1e3,
                  resources.scalar("mem") / 1e3,
                ]),
            );
          for (const [top, amounts] of Object.entries(guarantees)) {
            const own = held((role) => topLevelRole(role) === top);
            expect(own[0], `cpus of ${top}`).to.be.least(amounts[0]);
            expect(own[1], `mem of ${top}`).to.be.least(amounts[1]);
          }
          // And nothing is held back any more.
          expect(held(() => true)).to.deep.equal(sum(agents));
        }),
        { numRuns: 150 },
      );
    },
  );
}
