import type { FrameworkId } from "../../base/ids.js";
import { Resources } from "../../resources/resources.js";
import type { Framework, MasterState } from "../master-state.js";
import { reservedRoles } from "../quota-consumption.js";

/** What stands in one role's name, as lists of what agents, tasks, executors and offers say. */
export class RoleTally {
  readonly allocated: Resources[] = [];
  readonly offered: Resources[] = [];
  readonly reserved: Resources[] = [];
  /** Those that are subscribed to it; others may still hold something in it. */
  readonly frameworks = new Set<FrameworkId>();
}

/** Every role there is: one with a weight, a quota, a framework, a reservation, or something held or offered in it. */
export function tallyRoles(state: MasterState): ReadonlyMap<string, RoleTally> {
  const roles = new Map<string, RoleTally>();
  const roleOf = (name: string): RoleTally => {
    const role = roles.get(name) ?? new RoleTally();
    roles.set(name, role);
    return role;
  };
  for (const name of [...state.weights.keys(), ...state.quotas.keys()]) roleOf(name);
  for (const framework of state.frameworks.values()) {
    for (const name of framework.roles) roleOf(name).frameworks.add(framework.id);
    for (const resources of heldBy(framework))
      for (const [name, held] of resources.allocations()) roleOf(name).allocated.push(held);
  }
  for (const { role, resources } of state.offers.values()) roleOf(role).offered.push(resources);
  for (const { total } of state.agents.values())
    for (const name of reservedRoles(total)) roleOf(name).reserved.push(total.reserved(name));
  return roles;
}

function* heldBy(framework: Framework): Iterable<Resources> {
  for (const { terminated, resources } of framework.tasks.values())
    if (!terminated) yield resources;
  for (const executors of framework.executors.values())
    for (const { resources } of executors.values()) yield Resources.fromWire(resources);
}
