import { expect } from "chai";
import { sharedVolume } from "../../../integration/contracts/shared-volume.js";
import fc from "fast-check";
import type { Sorter, SorterFactory, SorterOptions } from "../../../core/contracts/sorter.js";
import { accumulate, type ResourceQuantities } from "../../../core/resources/quantities.js";
import { AllocatorStory } from "../../../integration/contracts/allocator-story.js";
import { AllocatorWalk, interruptingStep } from "../../../integration/contracts/allocator-walk.js";
import { HierarchicalAllocator } from "../../allocators/hierarchical.js";
import { DrfSorter } from "../../sorters/drf.js";

/** Sorts by shares, and lets a test see what it has been told. */
class OpenSorter extends DrfSorter {
  readonly held = new Map<string, Map<string, number>>();

  override add(client: string): void {
    super.add(client);
    this.held.set(client, new Map());
  }
  override remove(client: string): void {
    super.remove(client);
    expect(
      [...(this.held.get(client)?.values() ?? [])].filter((milli) => milli !== 0),
    ).to.deep.equal([]);
    this.held.delete(client);
  }
  override allocated(client: string, quantities: ResourceQuantities): void {
    super.allocated(client, quantities);
    accumulate(this.held.get(client) as Map<string, number>, quantities, 1);
  }
  override unallocated(client: string, quantities: ResourceQuantities): void {
    super.unallocated(client, quantities);
    accumulate(this.held.get(client) as Map<string, number>, quantities, -1);
  }
}

/** The first sorter is that of the roles. */
class OpenSorters implements SorterFactory {
  readonly sorters: OpenSorter[] = [];
  create(options: SorterOptions): Sorter {
    const sorter = new OpenSorter(options);
    this.sorters.push(sorter);
    return sorter;
  }
}

/** Scalars by role, as the sorter of roles has been told, without what is zero. */
function told({ sorters }: OpenSorters): Record<string, Record<string, number>> {
  const byRole: Record<string, Record<string, number>> = {};
  for (const [role, held] of sorters[0]?.held ?? []) add(byRole, role, held);
  return byRole;
}

function add(
  byRole: Record<string, Record<string, number>>,
  role: string,
  quantities: ResourceQuantities,
): void {
  for (const [name, milli] of quantities) {
    if (milli === 0) continue;
    const sum = (byRole[role] ??= {});
    sum[name] = (sum[name] ?? 0) + milli;
  }
}

describe("Holdings", () => {
  it("tells the sorters what is held, and no more", () => {
    fc.assert(
      fc.property(fc.array(interruptingStep, { maxLength: 60, size: "max" }), (steps) => {
        const sorters = new OpenSorters();
        const walk = new AllocatorWalk(new HierarchicalAllocator(sorters));
        for (const step of steps) {
          walk.apply(step);
          const expected: Record<string, Record<string, number>> = {};
          for (const { role, resources } of walk.story.outstanding) {
            add(expected, role, resources.quantities());
          }
          expect(told(sorters)).to.deep.equal(expected);
        }
      }),
    );
  });

  it("counts a shared volume once for a framework and once for its role", () => {
    const volume = sharedVolume("r");
    const sorters = new OpenSorters();
    const tale = new AllocatorStory(new HierarchicalAllocator(sorters));
    const one = volume.allocate("r");
    for (const id of ["f", "g"]) {
      tale.framework(id, { roles: ["r"], capabilities: ["SHARED_RESOURCES"] });
    }
    tale.agent("a", volume, {
      used: new Map([
        ["f", one.plus(one)],
        ["g", one],
      ]),
    });
    const frameworks = () => Object.fromEntries(sorters.sorters[1]?.held ?? []);
    const disk = (milli: number) => new Map([["disk", milli]]);
    expect(told(sorters)).to.deep.equal({ r: { disk: 10_000 } });
    expect(frameworks()).to.deep.equal({ f: disk(10_000), g: disk(10_000) });
    const back = () => tale.allocator.recoverResources("f", "a", one, { allocated: true }, 0);
    back();
    expect(frameworks()).to.deep.equal({ f: disk(10_000), g: disk(10_000) });
    back();
    expect(frameworks()).to.deep.equal({ f: disk(0), g: disk(10_000) });
    expect(told(sorters)).to.deep.equal({ r: { disk: 10_000 } });
  });
});
