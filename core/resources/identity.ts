import type { v1 } from "../protocol/v1.js";
import { labelsKey } from "./labels.js";
import { reservationKey } from "./reservations.js";
import type { ResourceType, ResourceValue } from "./values.js";

/** Everything an entry is, apart from how much of it there is. */
export interface IdentityFields {
  readonly name: string;
  readonly type: ResourceType;
  readonly allocationRole?: string | undefined;
  /** The stack, bottom first; empty: unreserved. */
  readonly reservations: readonly v1.Resource.ReservationInfo[];
  readonly disk?: v1.Resource.DiskInfo | undefined;
  readonly revocable: boolean;
  readonly shared: boolean;
  readonly providerId?: string | undefined;
  /** The amount of an entry that never merges or splits; its value is then the number of copies. */
  readonly fixedAmount?: ResourceValue | undefined;
}

const CACHE_LIMIT = 65_536;
const noReservations: readonly v1.Resource.ReservationInfo[] = [];

/**
 * What two entries must have in common to be added. Entries compare by `key`; equal identities are mostly one object,
 * because the caches here hand out the same one, so that comparing is a pointer comparison in the common case.
 */
export class ResourceIdentity implements IdentityFields {
  private static readonly cache = new Map<string, ResourceIdentity>();

  readonly name: string;
  readonly type: ResourceType;
  readonly allocationRole: string | undefined;
  readonly reservations: readonly v1.Resource.ReservationInfo[];
  readonly disk: v1.Resource.DiskInfo | undefined;
  readonly revocable: boolean;
  readonly shared: boolean;
  readonly providerId: string | undefined;
  readonly fixedAmount: ResourceValue | undefined;
  readonly #allocatedTo = new Map<string | undefined, ResourceIdentity>();

  private constructor(
    private readonly fields: IdentityFields,
    readonly key: string,
  ) {
    this.name = fields.name;
    this.type = fields.type;
    this.allocationRole = fields.allocationRole;
    this.reservations = fields.reservations;
    this.disk = fields.disk;
    this.revocable = fields.revocable;
    this.shared = fields.shared;
    this.providerId = fields.providerId;
    this.fixedAmount = fields.fixedAmount;
  }

  static of(fields: IdentityFields): ResourceIdentity {
    const key = keyOf(fields);
    const exact = fields.disk?.persistence ? key + JSON.stringify(fields.disk) : key;
    let identity = this.cache.get(exact);
    if (!identity) {
      if (this.cache.size >= CACHE_LIMIT) this.cache.clear();
      identity = new ResourceIdentity(fields, key);
      this.cache.set(exact, identity);
    }
    return identity;
  }

  private static readonly plainCaches: Readonly<
    Record<ResourceType, Map<string, ResourceIdentity>>
  > = { SCALAR: new Map(), RANGES: new Map(), SET: new Map() };

  /** Unreserved, not allocated, nothing special: what nearly every entry is made from. */
  static plain(name: string, type: ResourceType): ResourceIdentity {
    const cache = this.plainCaches[type];
    let identity = cache.get(name);
    if (!identity) {
      if (cache.size >= CACHE_LIMIT) cache.clear();
      const fields = { name, type, reservations: noReservations, revocable: false, shared: false };
      identity = this.of(fields);
      cache.set(name, identity);
    }
    return identity;
  }

  /** The role of the last reservation; undefined: unreserved. */
  get reservedRole(): string | undefined {
    return this.reservations.at(-1)?.role;
  }

  get isPersistentVolume(): boolean {
    return this.disk?.persistence !== undefined;
  }

  withAllocation(role: string | undefined): ResourceIdentity {
    if (role === this.allocationRole) return this;
    let identity = this.#allocatedTo.get(role);
    if (!identity) {
      if (this.#allocatedTo.size >= CACHE_LIMIT) this.#allocatedTo.clear();
      identity = ResourceIdentity.of({ ...this.fields, allocationRole: role });
      this.#allocatedTo.set(role, identity);
    }
    return identity;
  }

  withReservations(reservations: readonly v1.Resource.ReservationInfo[]): ResourceIdentity {
    return ResourceIdentity.of({ ...this.fields, reservations });
  }

  compare(other: ResourceIdentity): number {
    if (this === other || this.key === other.key) return 0;
    return this.key < other.key ? -1 : 1;
  }
}

function keyOf(fields: IdentityFields): string {
  const { name, type, allocationRole, reservations, disk, revocable, shared } = fields;
  const rest =
    reservations.length === 0 && !disk && !revocable && !shared && fields.providerId === undefined
      ? []
      : [
          reservations.map(reservationKey),
          disk ? diskKey(disk) : 0,
          revocable,
          shared,
          fields.providerId ?? 0,
          fields.fixedAmount ?? 0,
        ];
  return JSON.stringify([name, type, allocationRole ?? 0, ...rest]);
}

/** A volume's path and the principal that made it do not tell two disks apart. */
function diskKey(disk: v1.Resource.DiskInfo): unknown {
  const { source, persistence } = disk;
  if (!source) return [persistence?.id ?? 0];
  const metadata = source.metadata && labelsKey(source.metadata);
  const { type, path, mount, vendor, id, profile } = source;
  const roots = [path ? [path.root ?? 0] : 0, mount ? [mount.root ?? 0] : 0];
  return [persistence?.id ?? 0, type, ...roots, vendor ?? 0, id ?? 0, profile ?? 0, metadata ?? 0];
}
