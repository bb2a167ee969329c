import type { Resources } from "../../../core/resources/resources.js";

/** Whether an agent has what is held on it, without allocation info; any number may hold copies of a shared volume. */
export function coversHeld(total: Resources, held: Resources): boolean {
  const shared = held.shared().identities;
  return total.contains(held.nonShared()) && shared.every((identity) => total.has(identity));
}
