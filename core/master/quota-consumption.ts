import type { ResourceQuantities } from "../resources/quantities.js";
import { addQuantities, noQuantities } from "../resources/quantities.js";
import { Resources } from "../resources/resources.js";
import { topLevelRole } from "../resources/roles.js";
import { usedByFramework } from "./accounting.js";
import type { Agent, MasterState } from "./master-state.js";

/**
 * What the subtree of each top-level role consumes of its quota: everything reserved for it, allocated or not, and what
 * it holds or is offered of the rest; revocable resources do not count.
 */
export function quotaConsumption(state: MasterState): ReadonlyMap<string, ResourceQuantities> {
  const consumed = new Map<string, ResourceQuantities>();
  const add = (role: string, resources: Resources): void => {
    const top = topLevelRole(role);
    consumed.set(top, addQuantities(consumed.get(top) ?? noQuantities, resources.quantities()));
  };
  for (const agent of state.agents.values()) {
    for (const role of reservedRoles(agent.total)) add(role, agent.total.reserved(role));
    for (const [role, held] of allocations(agent)) add(role, held.unreserved().nonRevocable());
  }
  return consumed;
}

/** The roles that anything is reserved for. */
export function reservedRoles(resources: Resources): ReadonlySet<string> {
  const roles = resources.identities.flatMap(({ reservedRole }) => reservedRole ?? []);
  return new Set(roles);
}

/** What every role holds or is offered on an agent. */
function allocations(agent: Agent): readonly (readonly [string, Resources])[] {
  const held = [
    ...usedByFramework(agent).values(),
    ...Array.from(agent.offers.values(), ({ resources }) => resources),
  ];
  return [...Resources.sum(held).allocations()];
}

/** All the non-revocable scalars of the cluster. */
export function clusterCapacity(state: MasterState): ResourceQuantities {
  let capacity = noQuantities;
  for (const { total } of state.agents.values())
    capacity = addQuantities(capacity, total.nonRevocable().quantities());
  return capacity;
}
