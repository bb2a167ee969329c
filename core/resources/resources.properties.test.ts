import { expect } from "chai";
import fc from "fast-check";
import type { v1 } from "../protocol/v1.js";
import { Resources } from "./resources.js";

/**
 * The plain definition: what is counted or measured, by everything that tells entries apart; ranges and sets as sets of
 * their elements. Written apart from the algebra, so that a mistake has to be made twice to go unseen.
 */
type Model = Map<string, number | Set<number | string>>;

function modelOf(list: readonly v1.Resource[]): Model {
  const model: Model = new Map();
  for (const one of list) {
    const { scalar, ranges, set, disk } = one;
    const source = disk?.source;
    const whole = one.shared || disk?.persistence || source?.type === "MOUNT";
    const key = JSON.stringify([
      [one.name, one.type, one.provider_id, one.allocation_info, one.reservations],
      [one.revocable, one.shared, disk?.persistence?.id, source, whole && scalar],
    ]);
    if (scalar) {
      const amount = whole ? 1 : Math.round(scalar.value * 1000);
      if (scalar.value > 0) model.set(key, ((model.get(key) as number) ?? 0) + amount);
      continue;
    }
    const elements = new Set<number | string>(model.get(key) as Set<number | string>);
    for (const { begin, end } of ranges?.range ?? []) {
      for (let i = begin; i <= end; i++) elements.add(i);
    }
    for (const item of set?.item ?? []) elements.add(item);
    if (elements.size > 0) model.set(key, elements);
  }
  return model;
}

function modelContains(left: Model, right: Model): boolean {
  return [...right].every(([key, wanted]) => {
    const has = left.get(key);
    if (typeof wanted === "number") return ((has as number) ?? 0) >= wanted;
    return has !== undefined && [...wanted].every((one) => (has as Set<number | string>).has(one));
  });
}

function modelMinus(left: Model, right: Model): Model {
  const rest: Model = new Map();
  for (const [key, has] of left) {
    const taken = right.get(key);
    if (typeof has === "number") {
      const amount = has - ((taken as number) ?? 0);
      if (amount > 0) rest.set(key, amount);
    } else {
      const elements = [...has].filter((one) => !(taken as Set<number | string>)?.has(one));
      if (elements.length > 0) rest.set(key, new Set(elements));
    }
  }
  return rest;
}

const stack = fc.constantFrom<readonly v1.Resource.ReservationInfo[]>(
  [{ type: "STATIC", role: "a" }],
  [{ type: "DYNAMIC", role: "a", principal: "p" }],
  [
    { type: "STATIC", role: "a" },
    { type: "DYNAMIC", role: "a/b", labels: { labels: [{ key: "k" }] } },
  ],
);
const marks: fc.Arbitrary<Partial<v1.Resource>> = fc.record(
  {
    reservations: stack,
    allocation_info: fc.constantFrom({ role: "a" }, { role: "b" }),
    revocable: fc.constant({}),
    provider_id: fc.constant({ value: "rp" }),
  },
  { requiredKeys: [] },
);
const scalar = fc.integer({ min: 0, max: 20 }).map((fifths) => ({ value: fifths / 5 }));
const plain = fc.record({
  name: fc.constantFrom("cpus", "mem", "disk"),
  type: fc.constant("SCALAR" as const),
  scalar,
});
const disk = fc.constantFrom<v1.Resource.DiskInfo>(
  { source: { type: "PATH", path: { root: "/p" } } },
  { source: { type: "MOUNT", mount: { root: "/m" } } },
  { persistence: { id: "v" }, volume: { container_path: "x", mode: "RW" } },
);
const disks = fc
  .record({
    name: fc.constant("disk"),
    type: fc.constant("SCALAR" as const),
    scalar,
    disk,
    share: fc.boolean(),
  })
  .map(({ share, ...one }) => (share && one.disk.persistence ? { ...one, shared: {} } : one));
const elements = (offset: number) =>
  fc.oneof(
    fc
      .array(fc.tuple(fc.nat(40), fc.nat(5)), { maxLength: 4 })
      .map((pairs) => pairs.map(([at, more]) => ({ begin: at + offset, end: at + more + offset })))
      .map((range) => ({ name: "ports", type: "RANGES" as const, ranges: { range } })),
    fc
      .uniqueArray(fc.constantFrom("x", "y", "z"), { maxLength: 3 })
      .map((item) => item.map((one) => `${one}${offset}`))
      .map((item) => ({ name: "zones", type: "SET" as const, set: { item } })),
  );
const resource = (offset: number): fc.Arbitrary<v1.Resource> =>
  fc
    .tuple(fc.oneof(plain, plain, disks, elements(offset)), fc.oneof(fc.constant({}), marks))
    .map(([one, mark]) => ({ ...one, ...mark }));
const wire = (offset = 0) => fc.array(resource(offset), { maxLength: 6 });
const resources = wire().map((list) => Resources.fromWire(list));
const back = (value: Resources) => modelOf(value.toWire());

describe("Resources, whatever they hold", () => {
  it("agree with the plain definition", () => {
    fc.assert(
      fc.property(wire(), wire(), (left, right) => {
        const [a, b] = [Resources.fromWire(left), Resources.fromWire(right)];
        const [modelA, modelB] = [modelOf(left), modelOf(right)];
        expect(back(a)).to.deep.equal(modelA);
        expect(back(a.plus(b))).to.deep.equal(modelOf([...left, ...right]));
        expect(a.contains(b)).to.equal(modelContains(modelA, modelB));
        expect(back(a.without(b))).to.deep.equal(modelMinus(modelA, modelB));
        const rest = a.subtract(b);
        expect(rest !== undefined).to.equal(a.contains(b));
        if (rest) expect(back(rest)).to.deep.equal(modelMinus(modelA, modelB));
      }),
      { numRuns: 500 },
    );
  });

  it("give back what was added: a + b - b = a", () => {
    fc.assert(
      fc.property(wire(), wire(100), (left, right) => {
        const [a, b] = [Resources.fromWire(left), Resources.fromWire(right)];
        expect(a.plus(b).minus(b).key).to.equal(a.key);
        expect(a.plus(b).contains(b)).to.equal(true);
        expect(a.plus(b).equals(b.plus(a))).to.equal(true);
      }),
    );
  });

  it("are partially ordered by containment", () => {
    fc.assert(
      fc.property(resources, resources, resources, (a, b, c) => {
        expect(a.contains(a)).to.equal(true);
        if (a.contains(b) && b.contains(a)) expect(a.equals(b)).to.equal(true);
        expect(a.plus(b).plus(c).contains(a)).to.equal(true);
        if (a.contains(b) && b.contains(c)) expect(a.contains(c)).to.equal(true);
      }),
    );
  });

  it("never become negative", () => {
    fc.assert(
      fc.property(resources, resources, (a, b) => {
        for (const [, milli] of a.without(b).quantities()) expect(milli).to.be.greaterThan(0);
      }),
    );
  });

  it("are cut to limits, whole entries or nothing", () => {
    fc.assert(
      fc.property(resources, fc.nat(9_000), (a, limit) => {
        const rest = a.nonShared().atMost(new Map([["disk", limit]]));
        expect(a.contains(rest)).to.equal(true);
        expect(rest.scalar("disk")).to.be.at.most(limit);
        expect(rest.scalar("mem")).to.equal(a.scalar("mem"));
        if (a.nonShared().scalar("disk") <= limit) expect(rest.key).to.equal(a.nonShared().key);
      }),
    );
  });

  it("have equal keys exactly when they are equal, in whatever order their entries came", () => {
    fc.assert(
      fc.property(wire(), resources, (list, other) => {
        const one = Resources.fromWire(list);
        const reversed = Resources.fromWire(list.toReversed());
        expect(reversed.key).to.equal(one.key);
        expect(reversed.equals(one)).to.equal(true);
        expect(one.key === other.key).to.equal(one.equals(other));
      }),
    );
  });

  it("come back from the wire and from text as they were", () => {
    const item = fc.tuple(
      fc.constantFrom("cpus", "mem", "cpus(a)", "mem(a/b)"),
      fc.integer({ min: 1, max: 5_000 }),
    );
    fc.assert(
      fc.property(resources, fc.array(item), elements(0), (a, items, { name, ...one }) => {
        expect(Resources.fromWire(a.toWire()).equals(a)).to.equal(true);
        expect(Resources.fromWire(a.toWire("endpoint")).equals(a)).to.equal(true);
        expect(Resources.fromWire(a.toWire("pre-refinement")).equals(a)).to.equal(true);
        const text = items.map(([head, milli]) => `${head}:${milli / 1000}`).join(";");
        const parsed = Resources.parse(text).plus(Resources.fromWire([{ name, ...one }]));
        expect(Resources.parse(parsed.toString()).key).to.equal(parsed.key);
      }),
    );
  });

  it("lose nothing by allocation, nor by a reservation pushed and popped", () => {
    fc.assert(
      fc.property(resources, (a) => {
        const bare = a.unallocate();
        expect(bare.allocate("r").unallocate().key).to.equal(bare.key);
        const unreserved = bare.unreserved();
        const reserved = unreserved.pushReservation({ type: "DYNAMIC", role: "r" });
        expect(reserved.popReservation().key).to.equal(unreserved.key);
        expect(reserved.toUnreserved().key).to.equal(unreserved.key);
        expect(a.reserved().plus(a.unreserved()).key).to.equal(a.key);
        expect(a.revocable().plus(a.nonRevocable()).key).to.equal(a.key);
        expect(a.shared().plus(a.nonShared()).key).to.equal(a.key);
      }),
    );
  });
});
