import { expect } from "chai";
import { sharedVolume } from "./shared-volume.js";
import type { Allocation } from "../../core/contracts/allocator.js";
import type { v1 } from "../../core/protocol/v1.js";
import { Resources } from "../../core/resources/resources.js";
import { domain } from "./allocator-story.js";
import type { AllocatorSuite } from "./allocator-suite.js";

const parse = (text: string) => Resources.parse(text);
const marked = (text: string, mark: Partial<v1.Resource>) =>
  Resources.fromWire(
    parse(text)
      .toWire()
      .map((one) => ({ ...one, ...mark })),
  );
const shared = sharedVolume("r");
const created = { consumed: Resources.empty, converted: shared };
const unavailability = { start: { nanoseconds: 5 } };

/** Who may be offered what. */
export function describeEligibility({ story, optional }: AllocatorSuite): void {
  optional(
    "MINIMUM",
    "offers only what is at least the minimum, a framework's own before the cluster's",
    () => {
      const own = (...quantities: string[]) => ({
        "*": {
          min_allocatable_resources: {
            quantities: quantities.map((mem) => ({ quantities: { mem: { value: Number(mem) } } })),
          },
        },
      });
      const tale = story().agent("a", "cpus:0.005;mem:31;ports:[1-2]").framework("f");
      expect(tale.run()).to.deep.equal([]);
      tale.framework("much", { offerFilters: own("32") });
      expect(tale.run()).to.deep.equal([]);
      tale.framework("any", { offerFilters: own() });
      expect(tale.run()).to.deep.equal(["any in * on a: cpus:0.005; mem:31; ports:[1-2]"]);
    },
  );

  const total = parse("cpus:1;mem:64").plus(marked("cpus:2", { revocable: {} }));
  const refined = parse("cpus(a):3").pushReservation({ type: "DYNAMIC", role: "a/r" });

  it("keeps revocable, shared and refined resources from those that do not take them", () => {
    const tale = story().agent("a", total.plus(shared)).agent("b", refined);
    tale.framework("plain", "a/r").framework("r", "r");
    expect(tale.run()).to.deep.equal(["plain in a/r on a: cpus:1; mem:64"]);
  });

  optional("REVOCABLE", "offers revocable resources to those that take them", () => {
    const tale = story().agent("a", total).framework("plain", "a/r");
    tale.run();
    tale.framework("f", { roles: ["a/r"], capabilities: ["REVOCABLE_RESOURCES"] });
    expect(tale.slices(100).map(({ resources }) => resources.unallocate().key)).to.deep.equal([
      marked("cpus:2", { revocable: {} }).key,
    ]);
  });

  optional("REFINED", "offers refined reservations to those that take them", () => {
    const tale = story().agent("b", refined);
    tale.framework("f", { roles: ["a/r"], capabilities: ["RESERVATION_REFINEMENT"] });
    expect(tale.slices(100).map(({ resources }) => resources.unallocate().key)).to.deep.equal([
      refined.key,
    ]);
  });

  optional(
    "SHARED",
    "offers a shared volume again while it is in use, to one framework a run",
    () => {
      const capabilities = ["SHARED_RESOURCES" as const];
      const tale = story({ minAllocatableResources: [] })
        .agent("a", parse("cpus:1").plus(shared))
        .framework("f", { roles: ["r"], capabilities })
        .framework("g", { roles: ["r"], capabilities })
        .framework("h", "r");
      const volumes = ({ frameworkId, resources }: Allocation) =>
        `${frameworkId} ${resources.scalar("disk")}`;
      expect(tale.slices(100).map(volumes)).to.deep.equal(["f 10000"]);
      tale.allocator.beginCycle(tale.nowMs);
      expect(tale.slices(100).map(volumes)).to.have.length(1);
    },
  );

  optional(
    "SHARED",
    "keeps a shared volume from a framework only while it has it in an outstanding offer",
    () => {
      const tale = story({ minAllocatableResources: [] })
        .agent("a", shared)
        .framework("f", { roles: ["r"], capabilities: ["SHARED_RESOURCES"] });
      const { allocator } = tale;
      const offers = () => tale.cycle().length;
      const outstanding = () => tale.outstanding.splice(0)[0] as Allocation;
      expect([tale.run().length, offers(), offers()]).to.deep.equal([1, 0, 0]);
      tale.decline("f", 1_500);
      expect([offers(), offers(), offers()]).to.deep.equal([0, 1, 0]);
      const used = outstanding().resources;
      allocator.transitionOfferedToAllocated("f", "a", used);
      expect([offers(), offers()]).to.deep.equal([1, 0]);
      // A task's end leaves an outstanding offer as it is.
      allocator.recoverResources("f", "a", used, { allocated: true }, tale.nowMs);
      expect(offers()).to.equal(0);
      const destroyed = { consumed: outstanding().resources, converted: Resources.empty };
      allocator.updateAllocation("f", "a", [destroyed]);
      expect(offers()).to.equal(0);
      expect(allocator.updateAvailable("a", [created])).to.equal(true);
      expect([offers(), offers()]).to.deep.equal([1, 0]);
    },
  );

  optional(
    "HIDING",
    "hides agents with GPUs, of other regions, and without hierarchical roles",
    () => {
      const tale = story({ domain: domain("here") })
        .agent("gpus", "cpus:1;gpus:1")
        .agent("far", "cpus:2", { region: "there" })
        .agent("flat", "cpus:3", { capabilities: [] })
        .agent("near", "cpus:4", { region: "here" })
        .framework("plain", "a/b");
      expect(tale.run()).to.deep.equal(["plain in a/b on near: cpus:4"]);
      tale.framework("wide", {
        roles: ["x"],
        capabilities: ["GPU_RESOURCES", "REGION_AWARE"],
      });
      expect([...tale.run()].sort()).to.deep.equal([
        "wide in x on far: cpus:2",
        "wide in x on flat: cpus:3",
        "wide in x on gpus: cpus:1; gpus:1",
      ]);
    },
  );

  optional("CONSTRAINTS", "heeds offer constraints", () => {
    const group = (name: string, predicate: object) => ({
      attribute_constraints: [{ selector: { attribute_name: name }, predicate }],
    });
    const rack = (value: string) => [{ name: "rack", type: "TEXT", text: { value } } as const];
    const tale = story()
      .agent("a", "cpus:1", { attributes: rack("r1") })
      .agent("b", "cpus:1", { attributes: rack("r22") })
      .agent("c", "cpus:1")
      .framework("f", "*", {
        offerConstraints: {
          role_constraints: {
            "*": {
              groups: [
                group("rack", { text_matches: { regex: "r\\d\\d" } }),
                group("rack", { not_exists: {} }),
              ],
            },
          },
        },
      });
    expect([...tale.run()].sort()).to.deep.equal(["f in * on b: cpus:1", "f in * on c: cpus:1"]);
  });

  optional(
    "INVERSE_OFFERS",
    "asks the holders of an agent that will be unavailable to leave, once",
    () => {
      const tale = story().framework("f").framework("idle").agent("a", "cpus:1");
      tale.run();
      tale.allocator.updateUnavailability("a", unavailability);
      const due = () => tale.allocator.allocate(tale.nowMs, 100).inverseAllocations;
      expect(due()).to.deep.equal([{ frameworkId: "f", agentId: "a", unavailability }]);
      tale.allocator.beginCycle(1_000);
      expect(due()).to.deep.equal([]);
      const response = { frameworkId: "f", status: "DECLINE", timestampMs: 1 } as const;
      tale.allocator.updateInverseOffer("a", response, 5_000, 1_000);
      expect(tale.allocator.inverseOfferResponses("a")).to.deep.equal([response]);
      tale.nowMs = 5_999;
      tale.allocator.beginCycle(tale.nowMs);
      expect(due()).to.deep.equal([]);
      tale.nowMs = 6_000;
      tale.allocator.beginCycle(tale.nowMs);
      expect(due()).to.have.length(1);
      tale.allocator.updateUnavailability("a", undefined);
      expect(tale.allocator.inverseOfferResponses("a")).to.deep.equal([]);
    },
  );
}
