import { ResourceIdentity } from "./identity.js";

const SHAPE_LIMIT = 65_536;

/**
 * The sorted identities of a collection, without their amounts. Collections of one cluster mostly share a few shapes, so
 * that adding and comparing goes value by value, and changing every entry's allocation role is one look-up.
 */
export class Shape {
  private static count = 0;
  static empty = new Shape([]);

  readonly #longer = new Map<ResourceIdentity, Shape>();
  readonly #allocatedTo = new Map<string | undefined, Shape>();
  /** Whether all entries are allocated to one role, or all to none. */
  readonly hasOneAllocation: boolean;
  readonly hasReservations: boolean;
  readonly hasRefinedReservations: boolean;
  readonly hasRevocable: boolean;
  readonly hasShared: boolean;
  readonly hasPersistentVolumes: boolean;

  private constructor(readonly identities: readonly ResourceIdentity[]) {
    const role = identities[0]?.allocationRole;
    this.hasOneAllocation = identities.every(({ allocationRole }) => allocationRole === role);
    this.hasReservations = identities.some(({ reservations }) => reservations.length > 0);
    this.hasRefinedReservations = identities.some(({ reservations }) => reservations.length > 1);
    this.hasRevocable = identities.some(({ revocable }) => revocable);
    this.hasShared = identities.some(({ shared }) => shared);
    this.hasPersistentVolumes = identities.some(({ isPersistentVolume }) => isPersistentVolume);
  }

  /** `identities` are sorted and differ from each other. */
  static of(identities: readonly ResourceIdentity[]): Shape {
    let shape = this.empty;
    for (const identity of identities) shape = shape.with(identity);
    return shape;
  }

  private with(identity: ResourceIdentity): Shape {
    let shape = this.#longer.get(identity);
    if (!shape) {
      shape = new Shape([...this.identities, identity]);
      this.#longer.set(identity, shape);
      if (++Shape.count > SHAPE_LIMIT) Shape.forget();
    }
    return shape;
  }

  /** Shapes only ever save work: after this, equal ones are told by their identities. */
  private static forget(): void {
    this.count = 0;
    this.empty.#longer.clear();
  }

  /** Presupposes `hasOneAllocation`: then neither the order changes nor do two entries become one. */
  withAllocation(role: string | undefined): Shape {
    let shape = this.#allocatedTo.get(role);
    if (!shape) {
      shape = Shape.of(this.identities.map((identity) => identity.withAllocation(role)));
      if (this.#allocatedTo.size >= SHAPE_LIMIT) this.#allocatedTo.clear();
      this.#allocatedTo.set(role, shape);
    }
    return shape;
  }
}
