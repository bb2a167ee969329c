import type { v1 } from "../protocol/v1.js";
import { Resources } from "../resources/resources.js";
import type { Agent, Framework } from "./master-state.js";

/** The offers of one ACCEPT, while its operations are applied to them one after the other. */
export interface Acceptance {
  readonly framework: Framework;
  readonly agent: Agent;
  readonly role: string;
  /** What is left for the operations that follow. */
  pool: Resources;
  /** What launches have taken so far. */
  launched: Resources;
  /** What operations have made: given back without a filter if nothing uses it. */
  converted: Resources;
  /** Made by operations, and not to be used by those that follow. */
  setAside: Resources;
  /** The shared volumes among the offers: any number of tasks may use them. */
  shared: Resources;
}

/** Copies of shared volumes that `resources` need beyond those that are left. */
export function extraCopies(
  { pool, shared }: Acceptance,
  resources: readonly v1.Resource[],
): Resources {
  if (shared.isEmpty) return shared;
  const wanted = Resources.fromWire(resources).shared();
  return wanted.without(pool).filter((identity) => shared.has(identity));
}

/** Uses part of what is left. */
export function take(acceptance: Acceptance, resources: Resources): void {
  acceptance.pool = acceptance.pool.minus(resources);
  acceptance.launched = acceptance.launched.plus(resources);
}
