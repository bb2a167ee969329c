import type { FrameworkId } from "../../base/ids.js";
import type { Resources } from "../../resources/resources.js";
import { SharedCopies } from "../../resources/shared-copies.js";
import type { MasterState } from "../master-state.js";
import { reservedRoles } from "../quota-consumption.js";
import { heldBy } from "./holdings.js";

/** What stands in one role's name, as lists of what agents, tasks, executors and offers say. */
export class RoleTally {
  readonly allocated: Resources[] = [];
  readonly offered: Resources[] = [];
  readonly reserved: Resources[] = [];
  /** What is both offered and held, or held twice, counts once. */
  readonly copies = new SharedCopies();
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
    for (const { agentId, resources } of heldBy(framework))
      for (const [name, held] of resources.allocations()) {
        const { allocated, copies } = roleOf(name);
        allocated.push(copies.firstOf(agentId, held));
      }
  }
  for (const { agentId, role, resources } of state.offers.values()) {
    const { offered, copies } = roleOf(role);
    offered.push(copies.firstOf(agentId, resources));
  }
  for (const { total } of state.agents.values())
    for (const name of reservedRoles(total)) roleOf(name).reserved.push(total.reserved(name));
  return roles;
}
