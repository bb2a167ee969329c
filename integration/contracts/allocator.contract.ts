import { expect } from "chai";
import fc from "fast-check";
import type { Allocation, Allocator } from "../../core/contracts/allocator.js";
import type { v1 } from "../../core/protocol/v1.js";
import { Resources } from "../../core/resources/resources.js";
import { agentOf, AllocatorStory, domain, frameworkOf, line } from "./allocator-story.js";
import { AllocatorWalk, interruptingStep, walkStep } from "./allocator-walk.js";

const parse = (text: string) => Resources.parse(text);
const marked = (text: string, mark: Partial<v1.Resource>) =>
  Resources.fromWire(
    parse(text)
      .toWire()
      .map((one) => ({ ...one, ...mark })),
  );
const sharedVolume = Resources.fromWire([
  {
    name: "disk",
    type: "SCALAR",
    scalar: { value: 10 },
    reservations: [{ type: "DYNAMIC", role: "r" }],
    disk: { persistence: { id: "v" }, volume: { container_path: "v", mode: "RW" } },
    shared: {},
  },
]);
const unavailability = { start: { nanoseconds: 5 } };

/** What every allocator must do, whatever it takes to be fair. */
export function describeAllocator(name: string, create: () => Allocator): void {
  const story = (options = {}) => new AllocatorStory(create(), options);

  describe(`${name}, as an allocator`, () => {
    it("offers what an agent has, allocated to the role, once", () => {
      const tale = story().framework("f", "r").agent("a", "cpus:2;mem:512;ports:[1-9]");
      expect(tale.allocator.hasWork).to.equal(true);
      expect(tale.slices(100)).to.deep.equal([
        {
          frameworkId: "f",
          role: "r",
          agentId: "a",
          resources: parse("cpus:2;mem:512;ports:[1-9]").allocate("r"),
        },
      ]);
      expect(tale.allocator.hasWork).to.equal(false);
      expect(tale.cycle()).to.deep.equal([]);
    });

    it("offers again what comes back, at the next cycle", () => {
      const tale = story().framework("f").agent("a", "cpus:2;mem:512");
      tale.run();
      tale.decline();
      expect(tale.run()).to.deep.equal([]);
      expect(tale.cycle()).to.deep.equal(["f in * on a: cpus:2; mem:512"]);
      tale.use(0, "cpus:2;mem:500");
      expect(tale.cycle()).to.deep.equal([]);
    });

    it("does not offer what tasks hold, before or after their framework is known", () => {
      const used = parse("cpus:1;mem:100").allocate("*");
      const tale = story().agent("a", "cpus:2;mem:512", { used: new Map([["f", used]]) });
      tale.framework("f", "*", { used: new Map([["a", used]]) });
      expect(tale.run()).to.deep.equal(["f in * on a: cpus:1; mem:412"]);
      tale.decline();
      tale.allocator.recoverResources("f", "a", used, { allocated: true }, 0);
      expect(tale.cycle()).to.deep.equal(["f in * on a: cpus:2; mem:512"]);
    });

    it("offers nothing to frameworks that are suppressed, inactive or gone", () => {
      const tale = story()
        .framework("suppressed", { roles: ["r"], suppressed: ["r"] })
        .framework("inactive", { active: false })
        .framework("gone")
        .agent("a", "cpus:1;mem:100");
      tale.allocator.removeFramework("gone");
      expect(tale.run()).to.deep.equal([]);
      tale.allocator.reviveOffers("suppressed", ["r"]);
      expect(tale.run()).to.deep.equal(["suppressed in r on a: cpus:1; mem:100"]);
      tale.allocator.suppressOffers("suppressed", ["r"]);
      tale.decline();
      tale.allocator.activateFramework("inactive");
      expect(tale.run()).to.deep.equal(["inactive in * on a: cpus:1; mem:100"]);
      tale.allocator.deactivateFramework("inactive");
      tale.decline();
      expect(tale.cycle()).to.deep.equal([]);
    });

    it("offers nothing of agents that are inactive, not whitelisted or gone", () => {
      const tale = story().framework("f").agent("a", "cpus:1").agent("b", "cpus:1");
      tale.agent("c", "cpus:1");
      tale.allocator.deactivateAgent("a");
      tale.allocator.updateWhitelist(new Set(["a", "c"]));
      tale.allocator.removeAgent("c");
      expect(tale.run()).to.deep.equal([]);
      tale.allocator.activateAgent("a");
      expect(tale.cycle()).to.deep.equal(["f in * on a: cpus:1"]);
      tale.allocator.updateWhitelist(undefined);
      expect(tale.cycle()).to.deep.equal(["f in * on b: cpus:1"]);
    });

    it("does not repeat to a framework what it has refused, nor less of it, until the filter is over", () => {
      const tale = story().framework("f").agent("a", "cpus:2;mem:512");
      tale.run();
      tale.decline("f", 5_000);
      expect(tale.cycle(4_999)).to.deep.equal([]);
      tale.framework("g");
      expect(tale.run()).to.deep.equal(["g in * on a: cpus:2; mem:512"]);
      tale.use(0, "cpus:1;mem:1").allocator.suppressOffers("g", []);
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
      tale.decline("f", 60_000).allocator.reviveOffers("f", []);
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

    it("offers only what is at least the minimum, a framework's own before the cluster's", () => {
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
    });

    it("offers reservations to the role and those below it alone", () => {
      const tale = story().agent("a", "cpus(a):1;cpus(a/b):2;cpus(c):4").framework("x", "x");
      expect(tale.run()).to.deep.equal([]);
      tale.framework("a", "a");
      expect(tale.run()).to.deep.equal(["a in a on a: cpus(a):1"]);
      tale.allocator.suppressOffers("a", []);
      tale.decline();
      tale.framework("b", "a/b");
      expect(tale.run()).to.deep.equal(["b in a/b on a: cpus(a):1; cpus(a/b):2"]);
    });

    it("offers revocable, shared and refined resources to those that take them", () => {
      const refined = parse("cpus(a):3").pushReservation({ type: "DYNAMIC", role: "a/r" });
      const total = parse("cpus:1;mem:64").plus(marked("cpus:2", { revocable: {} }));
      const tale = story().agent("a", total).agent("b", refined).framework("plain", "a/r");
      expect(tale.run()).to.deep.equal(["plain in a/r on a: cpus:1; mem:64"]);
      tale.framework("all", {
        roles: ["a/r"],
        capabilities: ["REVOCABLE_RESOURCES", "RESERVATION_REFINEMENT"],
      });
      expect(
        tale.slices(100).map(({ agentId, resources }) => [agentId, resources.scalar("cpus")]),
      ).to.have.deep.members([
        ["a", 2_000],
        ["b", 3_000],
      ]);
    });

    it("offers a shared volume again while it is in use, to one framework a run", () => {
      const capabilities = ["SHARED_RESOURCES" as const];
      const tale = story({ minAllocatableResources: [] })
        .agent("a", parse("cpus:1").plus(sharedVolume))
        .framework("f", { roles: ["r"], capabilities })
        .framework("g", { roles: ["r"], capabilities })
        .framework("h", "r");
      const volumes = ({ frameworkId, resources }: Allocation) =>
        `${frameworkId} ${resources.scalar("disk")}`;
      expect(tale.slices(100).map(volumes)).to.deep.equal(["f 10000"]);
      tale.allocator.beginCycle(tale.nowMs);
      expect(tale.slices(100).map(volumes)).to.have.length(1);
    });

    it("hides agents with GPUs, of other regions, and without hierarchical roles", () => {
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
    });

    it("heeds offer constraints", () => {
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

    it("follows conversions of what is offered and of what nobody holds", () => {
      const tale = story().framework("f", "r").agent("a", "cpus:2;mem:512");
      tale.run();
      const reserved = parse("cpus(r):2");
      tale.allocator.updateAllocation("f", "a", [
        { consumed: parse("cpus:2").allocate("r"), converted: reserved.allocate("r") },
      ]);
      const back = reserved.plus(parse("mem:512")).allocate("r");
      tale.allocator.recoverResources("f", "a", back, { allocated: false }, 0);
      const free = [{ consumed: parse("mem:500"), converted: parse("mem(x):500") }];
      expect(tale.allocator.updateAvailable("a", free)).to.equal(true);
      expect(tale.allocator.updateAvailable("a", free)).to.equal(false);
      expect(tale.cycle()).to.deep.equal(["f in r on a: cpus(r):2; mem:12"]);
    });

    it("offers what is new of an agent, and takes back what it has no more", () => {
      const tale = story().framework("f").agent("a", "cpus:2;mem:512");
      tale.run();
      tale.allocator.updateAgent("a", agentOf("a", "cpus:3;mem:512", {}));
      expect(tale.run()).to.deep.equal(["f in * on a: cpus:1"]);
      // 3 cpus are out, 1 is left of the agent: nothing is free until 3 are back.
      tale.allocator.updateAgent("a", agentOf("a", "cpus:1;mem:512", {}));
      expect(tale.cycle()).to.deep.equal([]);
      tale.decline();
      expect(tale.cycle()).to.deep.equal(["f in * on a: cpus:1; mem:512"]);
    });

    it("asks the holders of an agent that will be unavailable to leave, once", () => {
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
    });

    it("moves a framework's subscription with its roles", () => {
      const tale = story().framework("f", { roles: ["r", "s"], suppressed: ["r"] });
      tale.agent("a", "cpus:1");
      expect(tale.run()).to.deep.equal(["f in s on a: cpus:1"]);
      tale.allocator.updateFramework("f", frameworkOf("f", { roles: ["r"] }));
      tale.decline();
      expect(tale.cycle()).to.deep.equal(["f in r on a: cpus:1"]);
    });

    it("ignores calls about what is not there", () => {
      const { allocator } = story();
      const held = parse("cpus:1").allocate("*");
      allocator.recoverResources("f", "a", held, { allocated: true, refuseMs: 5 }, 0);
      allocator.updateAllocation("f", "a", []);
      allocator.transitionOfferedToAllocated("a", held);
      for (const call of ["removeAgent", "activateAgent", "deactivateAgent"] as const) {
        allocator[call]("a");
      }
      for (const call of ["removeFramework", "activateFramework", "deactivateFramework"] as const) {
        allocator[call]("f");
      }
      allocator.suppressOffers("f", []);
      allocator.reviveOffers("f", []);
      expect(allocator.updateAvailable("a", [])).to.equal(false);
      expect(allocator.allocate(0, 10).allocations).to.deep.equal([]);
    });

    it("never gives away more than there is, whatever happens", () => {
      fc.assert(
        fc.property(fc.array(interruptingStep, { maxLength: 60, size: "max" }), (steps) => {
          const walk = new AllocatorWalk(create());
          for (const step of steps) {
            walk.apply(step);
            walk.check();
          }
        }),
        { numRuns: 200 },
      );
    });

    it("gives the same in slices as in one run, when nothing happens between them", () => {
      fc.assert(
        fc.property(
          fc.array(walkStep, { maxLength: 40, size: "max" }),
          fc.integer({ min: 1, max: 7 }),
          (steps, budget) => {
            const [whole, sliced] = [
              new AllocatorWalk(create()),
              new AllocatorWalk(create(), budget),
            ];
            for (const step of steps) {
              whole.apply(step);
              sliced.apply(step);
            }
            expect(sliced.story.outstanding.map(line)).to.deep.equal(
              whole.story.outstanding.map(line),
            );
          },
        ),
      );
    });
  });
}
