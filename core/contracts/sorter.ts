import { serviceToken } from "../base/service-token.js";
import type { Random } from "../base/random.js";
import type { ResourceQuantities } from "../resources/quantities.js";

export interface SorterOptions {
  readonly excludedResources: ReadonlySet<string>;
  readonly random: Random;
}

/**
 * The order in which clients (roles, or the frameworks of one role) are served. A client's name is a path: `a/b` is
 * below `a`, and fairness is decided level by level. Names are added inactive.
 */
export interface Sorter {
  add(client: string): void;
  remove(client: string): void;
  activate(client: string): void;
  deactivate(client: string): void;
  /** The weight of the node at `path`, which need not be a client; 1 where none was set. */
  updateWeight(path: string, weight: number): void;
  /** The cluster's total, against which shares are measured. */
  updateTotal(total: ResourceQuantities): void;
  allocated(client: string, quantities: ResourceQuantities): void;
  unallocated(client: string, quantities: ResourceQuantities): void;
  /**
   * The active clients, the one furthest below its share first. Taken lazily, so that serving the first costs no more
   * than finding it; any change to the sorter ends the iteration: ask again.
   */
  sort(): Iterable<string>;
  contains(client: string): boolean;
  readonly size: number;
}

/** Makes the sorters of one allocator: one for the roles, one for the frameworks of each role. */
export interface SorterFactory {
  create(options: SorterOptions): Sorter;
}
export const SorterFactory = serviceToken<SorterFactory>("contracts/SorterFactory");
