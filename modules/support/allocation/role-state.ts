import type { FrameworkId } from "../../../core/base/ids.js";
import type { Sorter } from "../../../core/contracts/sorter.js";
import { topLevelRole } from "../../../core/resources/roles.js";
import type { Client } from "./framework-state.js";

/** A role that some framework is subscribed to or holds something in. */
export class RoleState {
  readonly clients = new Map<FrameworkId, Client>();
  readonly isHierarchical: boolean;
  /** Where a quota for it would be set. */
  readonly top: string;
  servedClients = 0;
  /** The last visit in which all its clients have been looked at. */
  visit = 0;
  /** Which version of the cluster's total its sorter knows. */
  totalVersion = -1;

  constructor(
    readonly name: string,
    /** Of its frameworks. */
    readonly sorter: Sorter,
  ) {
    this.isHierarchical = name.includes("/");
    this.top = topLevelRole(name);
  }
}
