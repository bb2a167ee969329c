import { expect } from "chai";
import fc from "fast-check";
import { SeededRandom } from "../../core/base/random.js";
import type { Sorter, SorterFactory } from "../../core/contracts/sorter.js";
import type { ResourceQuantities } from "../../core/resources/quantities.js";

const clients = ["a", "a/b", "a/b/c", "a/d", "e", "e/f", "g"];
const cpus = (milli: number): ResourceQuantities => new Map([["cpus", milli]]);

type Step =
  | { readonly type: "ADD" | "REMOVE" | "ACTIVATE" | "DEACTIVATE"; readonly client: string }
  | { readonly type: "ALLOCATE"; readonly client: string; readonly milli: number };

const step: fc.Arbitrary<Step> = fc.oneof(
  fc.record({
    type: fc.constantFrom(
      "ADD" as const,
      "REMOVE" as const,
      "ACTIVATE" as const,
      "DEACTIVATE" as const,
    ),
    client: fc.constantFrom(...clients),
  }),
  fc.record({
    type: fc.constant("ALLOCATE" as const),
    client: fc.constantFrom(...clients),
    milli: fc.nat(1000),
  }),
);

/** Applies the step where it is allowed, and keeps count of who is there and active. */
function apply(sorter: Sorter, active: Map<string, boolean>, step: Step): void {
  const { client } = step;
  if (step.type === "ADD") {
    if (active.has(client)) return;
    sorter.add(client);
    active.set(client, false);
    return;
  }
  if (!active.has(client)) return;
  if (step.type === "ALLOCATE") sorter.allocated(client, cpus(step.milli));
  if (step.type === "REMOVE") {
    sorter.remove(client);
    active.delete(client);
  }
  if (step.type === "ACTIVATE" || step.type === "DEACTIVATE") {
    active.set(client, step.type === "ACTIVATE");
    if (step.type === "ACTIVATE") sorter.activate(client);
    else sorter.deactivate(client);
  }
}

/** What every sorter must do, whatever it takes to be fair. */
export function describeSorter(name: string, create: () => SorterFactory): void {
  const fresh = () =>
    create().create({ excludedResources: new Set(), random: new SeededRandom(1) });

  describe(`${name}, as a sorter`, () => {
    it("has clients inactive until they are activated", () => {
      const sorter = fresh();
      sorter.add("a");
      expect([...sorter.sort()]).to.deep.equal([]);
      sorter.activate("a");
      expect([...sorter.sort()]).to.deep.equal(["a"]);
      sorter.deactivate("a");
      expect([...sorter.sort()]).to.deep.equal([]);
      expect([sorter.size, sorter.contains("a"), sorter.contains("b")]).to.deep.equal([
        1,
        true,
        false,
      ]);
    });

    it("serves every active client exactly once, whatever happened before", () => {
      fc.assert(
        fc.property(fc.array(step, { maxLength: 60, size: "max" }), (steps) => {
          const sorter = fresh();
          const active = new Map<string, boolean>();
          for (const one of steps) {
            apply(sorter, active, one);
            const expected = [...active].filter(([, on]) => on).map(([client]) => client);
            expect([...sorter.sort()].sort()).to.deep.equal(expected.sort());
            expect(sorter.size).to.equal(active.size);
          }
        }),
      );
    });

    it("keeps the clients of a subtree together, because fairness is decided level by level", () => {
      const sorter = fresh();
      sorter.updateTotal(cpus(100_000));
      for (const client of clients) {
        sorter.add(client);
        sorter.activate(client);
      }
      sorter.allocated("a/b", cpus(50));
      const tops = [...sorter.sort()].map((client) => client.split("/")[0]);
      expect(tops.filter((top, i) => top !== tops[i - 1])).to.have.members(["a", "e", "g"]);
    });

    it("gives the same order for the same past", () => {
      const orders = [fresh(), fresh()].map((sorter) => {
        for (const client of clients) {
          sorter.add(client);
          sorter.activate(client);
          sorter.allocated(client, cpus(client.length));
        }
        return [...sorter.sort()];
      });
      expect(orders[0]).to.deep.equal(orders[1]);
    });
  });
}
