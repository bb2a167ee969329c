import type { FrameworkId } from "../../../core/base/ids.js";
import type { Sorter } from "../../../core/contracts/sorter.js";
import type { Resources } from "../../../core/resources/resources.js";
import type { Client } from "./framework-state.js";
import type { TopRole } from "./top-roles.js";

/** A role that some framework is subscribed to or holds something in. */
export class RoleState {
  readonly clients = new Map<FrameworkId, Client>();
  readonly isHierarchical: boolean;
  servedClients = 0;
  /** The epoch in which one of its clients could last be offered something anew. */
  freshEpoch = 0;
  /** The last visit in which all its clients have been looked at. */
  visit = 0;
  /** Which version of the cluster's total its sorter knows. */
  totalVersion = -1;
  private lastBundle: Resources | undefined;
  private lastAllocated: Resources | undefined;

  constructor(
    readonly name: string,
    /** Of its frameworks. */
    readonly sorter: Sorter,
    /** Where a quota for it would be set. */
    readonly top: TopRole,
  ) {
    this.isHierarchical = name.includes("/");
  }

  /** The bundle, allocated to the role: often the same as the one before. */
  allocate(bundle: Resources): Resources {
    if (bundle !== this.lastBundle || !this.lastAllocated) {
      this.lastBundle = bundle;
      this.lastAllocated = bundle.allocate(this.name);
    }
    return this.lastAllocated;
  }
}
