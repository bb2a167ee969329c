import type { Quota } from "../../contracts/allocator.js";
import { reservedByRole, type V0Resources, v0Resources } from "../../protocol/v0/v0-resources.js";
import type { v1 } from "../../protocol/v1.js";
import { noQuantities, type ResourceQuantities } from "../../resources/quantities.js";
import { Resources } from "../../resources/resources.js";
import { fromMilli } from "../../resources/scalar.js";
import type { MasterState } from "../master-state.js";
import { quotaConsumption } from "../quota-consumption.js";

/** What stands in one role's name, as lists of what agents, tasks and offers say. */
class RoleTally {
  readonly allocated: v1.Resource[] = [];
  readonly offered: v1.Resource[] = [];
  readonly reserved: v1.Resource[] = [];
  readonly frameworks = new Set<string>();
}

/** `/roles`: every role that has frameworks, resources, a quota or a weight. */
export function v0Roles(state: MasterState): object {
  const roles = new Map<string, RoleTally>();
  const roleOf = (name: string): RoleTally => {
    const role = roles.get(name) ?? new RoleTally();
    roles.set(name, role);
    return role;
  };
  for (const name of [...state.weights.keys(), ...state.quotas.keys()]) roleOf(name);
  for (const framework of state.frameworks.values()) {
    for (const name of framework.roles) roleOf(name).frameworks.add(framework.id);
    for (const { terminated, resources } of framework.tasks.values())
      if (!terminated)
        for (const [name, held] of resources.allocations())
          roleOf(name).allocated.push(...held.toWire());
    for (const executors of framework.executors.values())
      for (const { resources } of executors.values())
        for (const [name, held] of Resources.fromWire(resources).allocations())
          roleOf(name).allocated.push(...held.toWire());
  }
  for (const { role, resources } of state.offers.values())
    roleOf(role).offered.push(...resources.toWire());
  for (const { total } of state.agents.values())
    for (const [name, held] of Object.entries(reservedByRole(total.toWire())))
      roleOf(name).reserved.push(...held);
  const consumption = quotaConsumption(state);
  return {
    roles: Array.from(roles, ([name, role]) => ({
      ...v0Role(state, name, role),
      quota: v0Quota(name, state.quotas.get(name), consumption.get(name)),
    })),
  };
}

/** `/weights`. */
export function v0Weights({ weights }: MasterState): readonly object[] {
  return Array.from(weights, ([role, weight]) => ({ role, weight }));
}

function v0Quota(
  role: string,
  quota: Quota | undefined,
  consumed: ResourceQuantities | undefined,
): object {
  return {
    role,
    guarantee: amounts(quota?.guarantees),
    limit: amounts(quota?.limits),
    consumed: amounts(consumed),
  };
}

function amounts(quantities: ResourceQuantities = noQuantities): Record<string, number> {
  return Object.fromEntries([...quantities].map(([name, milli]) => [name, fromMilli(milli)]));
}

function v0Role({ weights }: MasterState, name: string, role: RoleTally): object {
  const { allocated, offered, reserved } = role;
  const resources: V0Resources = v0Resources([...allocated, ...offered]);
  return {
    name,
    weight: weights.get(name) ?? 1,
    resources,
    allocated: v0Resources(allocated),
    offered: v0Resources(offered),
    reserved: v0Resources(reserved),
    frameworks: [...role.frameworks],
  };
}
