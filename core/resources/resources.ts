import { assert } from "../base/assert.js";
import type { v1 } from "../protocol/v1.js";
import { type Entry, entriesOf, mergeEntries, wireEntry } from "./entries.js";
import type { ResourceIdentity } from "./identity.js";
import { parseResources } from "./parse-resources.js";
import { printEntry } from "./print-resources.js";
import type { ResourceQuantities } from "./quantities.js";
import { normalizeRanges, type Range, type Ranges, toRangeList } from "./ranges.js";
import type { ReservationFormat } from "./reservations.js";
import { isRoleOrAncestor } from "./roles.js";
import { Shape } from "./shape.js";
import {
  addValues,
  containsValue,
  equalValues,
  isEmptyValue,
  type ResourceValue,
  subtractValues,
} from "./values.js";

/**
 * An immutable multiset of resources. Entries merge when their {@link ResourceIdentity} is equal; those that are whole by
 * nature (a mounted disk, a persistent volume) and shared ones are counted. Empty entries do not exist.
 */
export class Resources {
  static readonly empty = new Resources(Shape.empty, []);

  #wire: readonly v1.Resource[] | undefined;
  #text: string | undefined;
  #amounts: ResourceQuantities | undefined;

  private constructor(
    private readonly shape: Shape,
    private readonly values: readonly ResourceValue[],
  ) {}

  private static make(shape: Shape, values: readonly ResourceValue[]): Resources {
    return values.length === 0 ? Resources.empty : new Resources(shape, values);
  }

  private static ofEntries(entries: readonly Entry[]): Resources {
    const merged = mergeEntries(entries);
    const shape = Shape.of(merged.map(({ identity }) => identity));
    return this.make(
      shape,
      merged.map(({ value }) => value),
    );
  }

  /** Takes reservations in any format, and any entry as it is: what is valid is for `validateResources` to say. */
  static fromWire(list: readonly v1.Resource[] | undefined): Resources {
    return list ? this.ofEntries(entriesOf(list)) : this.empty;
  }

  /** The text or JSON of `--resources`. @throws KernelError naming the item. */
  static parse(text: string, defaultRole = "*"): Resources {
    return this.fromWire(parseResources(text, defaultRole));
  }

  /** The sum of any number of collections, in one pass. */
  static sum(all: Iterable<Resources>): Resources {
    let sum = this.empty;
    for (const one of all) sum = sum.plus(one);
    return sum;
  }

  get isEmpty(): boolean {
    return this.values.length === 0;
  }
  get hasReservations(): boolean {
    return this.shape.hasReservations;
  }
  /** Whether any reservation stack has more than one layer, which the older format cannot say. */
  get hasRefinedReservations(): boolean {
    return this.shape.hasRefinedReservations;
  }
  get hasRevocable(): boolean {
    return this.shape.hasRevocable;
  }
  get hasShared(): boolean {
    return this.shape.hasShared;
  }
  get hasPersistentVolumes(): boolean {
    return this.shape.hasPersistentVolumes;
  }

  /** What the entries are, in the order of their keys. */
  get identities(): readonly ResourceIdentity[] {
    return this.shape.identities;
  }

  /** Equal collections have equal keys, and only they. */
  get key(): string {
    this.#text ??= this.entries()
      .map(({ identity, value }) => `${identity.key}=${JSON.stringify(value)}`)
      .join(";");
    return this.#text;
  }

  plus(other: Resources): Resources {
    if (other.isEmpty) return this;
    if (this.isEmpty) return other;
    if (this.shape === other.shape) {
      return new Resources(
        this.shape,
        this.values.map((value, i) =>
          addValues(this.identity(i).type, value, other.values[i] as ResourceValue),
        ),
      );
    }
    return Resources.ofEntries([...this.entries(), ...other.entries()]);
  }

  /** What is left; undefined unless this contains `other`. */
  subtract(other: Resources): Resources | undefined {
    return this.contains(other) ? this.without(other) : undefined;
  }

  /** What is left when `other` is taken away as far as it is here. */
  without(other: Resources): Resources {
    if (this === other) return Resources.empty;
    if (other.isEmpty || this.isEmpty) return this;
    if (this.shape === other.shape && sameValues(this.values, other.values)) return Resources.empty;
    const identities: ResourceIdentity[] = [];
    const values: ResourceValue[] = [];
    let o = 0;
    for (let i = 0; i < this.values.length; i++) {
      const identity = this.identity(i);
      let rest = this.values[i] as ResourceValue;
      while (o < other.values.length && other.identity(o).compare(identity) < 0) o++;
      if (o < other.values.length && other.identity(o).compare(identity) === 0) {
        rest = subtractValues(identity.type, rest, other.values[o++] as ResourceValue);
        if (isEmptyValue(rest)) continue;
      }
      identities.push(identity);
      values.push(rest);
    }
    const unchanged = identities.length === this.values.length;
    return Resources.make(unchanged ? this.shape : Shape.of(identities), values);
  }

  /** Presupposes that this contains `other`. */
  minus(other: Resources): Resources {
    const rest = this.subtract(other);
    if (!rest) {
      assert(false, "resources do not contain what is taken from them", {
        resources: this.toString(),
        taken: other.toString(),
      });
    }
    return rest;
  }

  contains(other: Resources): boolean {
    if (this === other || other.values.length === 0) return true;
    const sameShape = this.shape === other.shape;
    if (sameShape && this.values === other.values) return true;
    let i = 0;
    for (let o = 0; o < other.values.length; o++, i++) {
      const identity = other.identity(o);
      if (!sameShape) {
        while (i < this.values.length && this.identity(i).compare(identity) < 0) i++;
        if (i >= this.values.length || this.identity(i).compare(identity) !== 0) return false;
      }
      const [has, wanted] = [this.values[i] as ResourceValue, other.values[o] as ResourceValue];
      if (!containsValue(identity.type, has, wanted)) return false;
    }
    return true;
  }

  equals(other: Resources): boolean {
    if (this === other) return true;
    if (this.values.length !== other.values.length) return false;
    if (this.shape !== other.shape) {
      for (let i = 0; i < this.values.length; i++) {
        if (this.identity(i).compare(other.identity(i)) !== 0) return false;
      }
    }
    return sameValues(this.values, other.values);
  }

  filter(predicate: (identity: ResourceIdentity) => boolean): Resources {
    const kept = this.entries().filter(({ identity }) => predicate(identity));
    if (kept.length === this.values.length) return this;
    const shape = Shape.of(kept.map(({ identity }) => identity));
    return Resources.make(
      shape,
      kept.map(({ value }) => value),
    );
  }

  /** Whether there is any of it. */
  has(identity: ResourceIdentity): boolean {
    return this.shape.identities.some((one) => one.compare(identity) === 0);
  }

  /** At most so much of each scalar: divisible ones are cut, whole ones left out. A name that is not there has no limit. */
  atMost(limits: ResourceQuantities): Resources {
    const left = new Map(limits);
    const kept = this.entries().map((entry): Entry => {
      const { name, type, fixedAmount } = entry.identity;
      const limit = type === "SCALAR" ? left.get(name) : undefined;
      if (limit === undefined) return entry;
      const value = cut(entry, limit);
      left.set(name, limit - value * Number(fixedAmount ?? 1));
      return { identity: entry.identity, value };
    });
    if (kept.every(({ value }, i) => value === this.values[i])) return this;
    return Resources.ofEntries(kept.filter(({ value }) => !isEmptyValue(value)));
  }

  /** Reserved for exactly this role, or for any. */
  reserved(role?: string): Resources {
    if (!this.shape.hasReservations) return Resources.empty;
    return this.filter(({ reservedRole }) =>
      role === undefined ? reservedRole !== undefined : reservedRole === role,
    );
  }
  unreserved(): Resources {
    if (!this.shape.hasReservations) return this;
    return this.filter(({ reservations }) => reservations.length === 0);
  }
  /** Unreserved, or reserved for the role or one of its ancestors. */
  allocatableTo(role: string): Resources {
    if (!this.shape.hasReservations) return this;
    return this.filter(
      ({ reservedRole }) => reservedRole === undefined || isRoleOrAncestor(reservedRole, role),
    );
  }
  revocable(): Resources {
    return this.shape.hasRevocable ? this.filter(({ revocable }) => revocable) : Resources.empty;
  }
  nonRevocable(): Resources {
    return this.shape.hasRevocable ? this.filter(({ revocable }) => !revocable) : this;
  }
  shared(): Resources {
    return this.shape.hasShared ? this.filter(({ shared }) => shared) : Resources.empty;
  }
  nonShared(): Resources {
    return this.shape.hasShared ? this.filter(({ shared }) => !shared) : this;
  }
  persistentVolumes(): Resources {
    if (!this.shape.hasPersistentVolumes) return Resources.empty;
    return this.filter(({ isPersistentVolume }) => isPersistentVolume);
  }
  scalars(): Resources {
    return this.filter(({ type }) => type === "SCALAR");
  }

  /** Every entry with `allocation_info` for the role. */
  allocate(role: string): Resources {
    return this.withAllocation(role);
  }
  unallocate(): Resources {
    return this.withAllocation(undefined);
  }
  private withAllocation(role: string | undefined): Resources {
    if (this.isEmpty) return this;
    if (!this.shape.hasOneAllocation) return this.map((one) => one.withAllocation(role));
    const shape = this.shape.withAllocation(role);
    if (shape === this.shape) return this;
    const resources = new Resources(shape, this.values);
    resources.#amounts = this.#amounts;
    return resources;
  }

  /** The role that all of it is allocated to, if it is one. */
  get allocationRole(): string | undefined {
    return this.shape.hasOneAllocation ? this.shape.identities[0]?.allocationRole : undefined;
  }
  /** By the role they are allocated to. Presupposes that all are. */
  allocations(): ReadonlyMap<string, Resources> {
    const one = this.allocationRole;
    if (one !== undefined) return new Map([[one, this]]);
    const byRole = new Map<string, Resources>();
    for (const { allocationRole } of this.shape.identities) {
      assert(allocationRole !== undefined, "resources are not allocated", { key: this.key });
      if (byRole.has(allocationRole)) continue;
      byRole.set(
        allocationRole,
        this.filter((identity) => identity.allocationRole === allocationRole),
      );
    }
    return byRole;
  }

  /** Without any reservation. */
  toUnreserved(): Resources {
    if (!this.shape.hasReservations) return this;
    return this.map((identity) => identity.withReservations([]));
  }
  /** One more layer on every entry's stack. */
  pushReservation(reservation: v1.Resource.ReservationInfo): Resources {
    return this.map((one) => one.withReservations([...one.reservations, reservation]));
  }
  /** One layer less. Presupposes that every entry is reserved. */
  popReservation(): Resources {
    return this.map((identity) => {
      assert(identity.reservations.length > 0, "an unreserved resource has no reservation to pop");
      return identity.withReservations(identity.reservations.slice(0, -1));
    });
  }

  /** Thousandths of a scalar over all entries of that name; a shared one counts once. */
  scalar(name: string): number {
    return this.quantities().get(name) ?? 0;
  }
  /** All scalars by name, whatever they are reserved for; a shared one counts once. */
  quantities(): ResourceQuantities {
    if (!this.#amounts) {
      const amounts = new Map<string, number>();
      for (let i = 0; i < this.values.length; i++) {
        const { name, type, shared, fixedAmount } = this.identity(i);
        if (type !== "SCALAR") continue;
        const value = this.values[i] as number;
        const milli =
          fixedAmount === undefined ? value : (shared ? 1 : value) * Number(fixedAmount);
        amounts.set(name, (amounts.get(name) ?? 0) + milli);
      }
      this.#amounts = amounts;
    }
    return this.#amounts;
  }
  ports(): readonly Range[] {
    const all: Range[] = [];
    for (const { identity, value } of this.entries()) {
      if (identity.name === "ports" && identity.type === "RANGES")
        all.push(...toRangeList(value as Ranges));
    }
    return toRangeList(normalizeRanges(all));
  }

  /** An entry each, a counted one as often as there are copies. */
  toWire(format: ReservationFormat = "post-refinement"): readonly v1.Resource[] {
    if (format !== "post-refinement") {
      return this.entries().flatMap((entry) => wireEntry(entry, format));
    }
    this.#wire ??= this.entries().flatMap((entry) => wireEntry(entry, format));
    return this.#wire;
  }

  toString(): string {
    return this.entries().map(printEntry).join("; ");
  }

  private map(change: (identity: ResourceIdentity) => ResourceIdentity): Resources {
    return Resources.ofEntries(
      this.entries().map(({ identity, value }) => ({ identity: change(identity), value })),
    );
  }
  private identity(index: number): ResourceIdentity {
    return this.shape.identities[index] as ResourceIdentity;
  }
  private entries(): Entry[] {
    return this.values.map((value, i) => ({ identity: this.identity(i), value }));
  }
}

/** As much of a scalar, or as many copies, as the limit allows. */
function cut({ identity, value }: Entry, limit: number): number {
  if (identity.fixedAmount === undefined) return Math.max(0, Math.min(value as number, limit));
  const copies = Math.floor(Math.max(0, limit) / Number(identity.fixedAmount));
  return Math.min(value as number, copies);
}

function sameValues(left: readonly ResourceValue[], right: readonly ResourceValue[]): boolean {
  if (left === right) return true;
  return left.every((value, i) => equalValues(value, right[i] as ResourceValue));
}
