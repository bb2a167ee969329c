import type { Quota } from "../../contracts/allocator.js";
import { type V0Resources, v0ResourcesOf } from "../../protocol/v0/v0-resources.js";
import { noQuantities, type ResourceQuantities } from "../../resources/quantities.js";
import type { Resources } from "../../resources/resources.js";
import { fromMilli } from "../../resources/scalar.js";
import type { MasterState } from "../master-state.js";
import { quotaConsumption } from "../quota-consumption.js";
import { type RoleTally, tallyRoles } from "./role-tally.js";

/** `/roles`: every role that has frameworks, resources, a quota or a weight. */
export function v0Roles(state: MasterState): object {
  const consumption = quotaConsumption(state);
  return {
    roles: Array.from(tallyRoles(state), ([name, role]) => ({
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
  const { allocated, offered, reserved, frameworks } = role;
  return {
    name,
    weight: weights.get(name) ?? 1,
    resources: amountsOf([...allocated, ...offered]),
    allocated: amountsOf(allocated),
    offered: amountsOf(offered),
    reserved: amountsOf(reserved),
    frameworks: [...frameworks],
  };
}

function amountsOf(held: readonly Resources[]): V0Resources {
  return v0ResourcesOf(held.map((resources) => resources.toWire()));
}
