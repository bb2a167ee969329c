import { expect } from "chai";
import fc from "fast-check";
import type { v1 } from "../protocol/v1.js";
import { checkpointedPart, withCheckpointed } from "./checkpointed.js";
import { applyConversions, conversionsOf, unallocated } from "./conversions.js";
import { Resources } from "./resources.js";

type Operation = v1.Offer.Operation;

const role = "a/b";
const reservation: v1.Resource.ReservationInfo = { type: "DYNAMIC", role };
const stack = fc.constantFrom<readonly v1.Resource.ReservationInfo[]>(
  [],
  [{ type: "STATIC", role: "a" }],
  [{ type: "DYNAMIC", role: "a", principal: "p" }],
);
const source = fc.constantFrom<v1.Resource.DiskInfo.Source | undefined>(
  undefined,
  { type: "PATH", path: { root: "/p" } },
  { type: "MOUNT", mount: { root: "/m" } },
);
const amount = fc.integer({ min: 1, max: 100_000 }).map((milli) => ({ value: milli / 1000 }));

/** What can be reserved: divisible things and disks of all kinds, partly reserved already. */
const resource: fc.Arbitrary<v1.Resource> = fc
  .record({
    name: fc.constantFrom("cpus", "mem", "disk"),
    scalar: amount,
    stack,
    source,
    allocated: fc.boolean(),
  })
  .map(({ name, scalar, stack: reservations, source: from, allocated }) => ({
    name,
    type: "SCALAR",
    scalar,
    ...(allocated && { allocation_info: { role } }),
    ...(reservations.length > 0 && { reservations }),
    ...(name === "disk" && from && { disk: { source: from } }),
  }));
const ports: v1.Resource = {
  name: "ports",
  type: "RANGES",
  ranges: { range: [{ begin: 1, end: 9 }] },
};

function reserved(one: v1.Resource): v1.Resource {
  return { ...one, reservations: [...(one.reservations ?? []), reservation] };
}

function volumeOf(disk: v1.Resource, id: string): v1.Resource {
  const volume = { container_path: id, mode: "RW" } as const;
  return { ...disk, disk: { ...disk.disk, persistence: { id }, volume } };
}

const reserving = fc.array(resource, { minLength: 1, maxLength: 4 }).map((list) => {
  const resources = [...list, ports].map(reserved);
  return {
    there: list.concat(ports),
    forth: { type: "RESERVE", reserve: { resources } } as Operation,
    back: { type: "UNRESERVE", unreserve: { resources } } as Operation,
  };
});
const reservedDisk = resource.filter(({ name }) => name === "disk").map((one) => reserved(one));
const creating = fc.array(reservedDisk, { minLength: 1, maxLength: 3 }).map((there) => {
  const volumes = there.map((one, index) => volumeOf(one, `v${index}`));
  return {
    there,
    forth: { type: "CREATE", create: { volumes } } as Operation,
    back: { type: "DESTROY", destroy: { volumes } } as Operation,
  };
});
const resizing = fc
  .tuple(
    reservedDisk.filter(({ disk }) => disk?.source?.type !== "MOUNT"),
    amount,
  )
  .map(([disk, scalar]) => {
    const volume = volumeOf(disk, "v");
    const addition = { ...disk, scalar };
    const milli = Math.round(((disk.scalar?.value ?? 0) + scalar.value) * 1000);
    const grown = { ...volume, scalar: { value: milli / 1000 } };
    return {
      there: [volume, addition],
      forth: { type: "GROW_VOLUME", grow_volume: { volume, addition } } as Operation,
      back: {
        type: "SHRINK_VOLUME",
        shrink_volume: { volume: grown, subtract: scalar },
      } as Operation,
    };
  });
const anyPair = fc.oneof(reserving, creating, resizing);

function apply(resources: Resources, operation: Operation): Resources {
  const result = applyConversions(resources, conversionsOf(operation));
  expect(result, `${operation.type} fits`).not.to.equal(undefined);
  return result ?? Resources.empty;
}

describe("conversions", () => {
  it("keep every amount, whatever else is there", () => {
    fc.assert(
      fc.property(anyPair, fc.array(resource, { maxLength: 3 }), ({ there, forth }, others) => {
        const before = Resources.fromWire([...there, ...others]);
        const after = apply(before, forth);
        expect(after.quantities()).to.deep.equal(before.quantities());
        expect(after.ports()).to.deep.equal(before.ports());
      }),
    );
  });

  it("are undone by their opposites", () => {
    fc.assert(
      fc.property(anyPair, ({ there, forth, back }) => {
        const before = Resources.fromWire(there);
        const after = apply(before, forth);
        expect(after.equals(before)).to.equal(false);
        expect(apply(after, back).equals(before)).to.equal(true);
      }),
    );
  });

  it("need all that they consume", () => {
    fc.assert(
      fc.property(anyPair, ({ there, forth, back }) => {
        const conversions = conversionsOf(forth);
        expect(applyConversions(Resources.fromWire(there.slice(1)), conversions)).to.equal(
          undefined,
        );
        expect(applyConversions(Resources.fromWire(there), conversionsOf(back))).to.equal(
          undefined,
        );
      }),
    );
  });

  it("do the same to what is allocated to nobody", () => {
    fc.assert(
      fc.property(anyPair, ({ there, forth }) => {
        const before = Resources.fromWire(there);
        const after = applyConversions(before.unallocate(), unallocated(conversionsOf(forth)));
        expect(after?.equals(apply(before, forth).unallocate())).to.equal(true);
      }),
    );
  });

  it("reserve from another stack where a source is named", () => {
    const one = reserved({ name: "cpus", type: "SCALAR", scalar: { value: 1 } });
    const source = { ...one, reservations: [{ type: "DYNAMIC", role: "c" } as const] };
    const operation: Operation = {
      type: "RESERVE",
      reserve: { resources: [one], source: [source] },
    };
    expect(apply(Resources.fromWire([source]), operation).toWire()).to.deep.equal([one]);
  });

  it("of a launch are none", () => {
    expect(conversionsOf({ type: "LAUNCH", launch: { task_infos: [] } })).to.deep.equal([]);
  });
});

describe("checkpointed resources", () => {
  it("and the configured ones make up the total again", () => {
    fc.assert(
      fc.property(anyPair, ({ there, forth }) => {
        const onlyStatic = there.map(({ allocation_info: _allocation, ...one }) => ({
          ...one,
          reservations: (one.reservations ?? []).filter(({ type }) => type === "STATIC"),
          ...(one.disk?.source ? { disk: { source: one.disk.source } } : { disk: undefined }),
        }));
        const configured = Resources.fromWire(onlyStatic as v1.Resource[]);
        const total = apply(Resources.fromWire(there), forth).unallocate();
        const again = withCheckpointed(configured, checkpointedPart(total));
        expect(again?.toString()).to.equal(total.toString());
      }),
    );
  });

  it("do not fit less than they are made of", () => {
    const disk = { name: "disk", type: "SCALAR", scalar: { value: 2 } } as const;
    const checkpointed = [volumeOf(reserved(disk), "v")];
    expect(withCheckpointed(Resources.parse("disk:1"), checkpointed)).to.equal(undefined);
    expect(withCheckpointed(Resources.parse("disk:2"), checkpointed)?.toWire()).to.deep.equal(
      checkpointed,
    );
  });
});
