import type { quota, v1 } from "../../protocol/v1.js";
import { reservationStack } from "../../resources/reservations.js";
import { toMilli } from "../../resources/scalar.js";
import { invalidRole } from "../../resources/roles.js";
import { validateResources } from "../../resources/validate-resources.js";

/** What is wrong with the quota of one role in itself; undefined if nothing is. */
export function quotaConfigProblem(
  { role, guarantees = {}, limits = {} }: quota.QuotaConfig,
  whitelist: ReadonlySet<string> | undefined,
): string | undefined {
  const badRole = invalidRole(role);
  if (badRole !== undefined) return `role: ${badRole}`;
  if (role === "*") return "role: the default role '*' cannot have a quota";
  if (role.includes("/")) return `role: quota is for top-level roles only, got '${role}'`;
  if (whitelist !== undefined && !whitelist.has(role))
    return `role: '${role}' is not in the master's list of roles`;
  return (
    amountsProblem("guarantees", guarantees) ??
    amountsProblem("limits", limits) ??
    orderProblem(guarantees, limits)
  );
}

/** What is wrong with the guarantee of SET_QUOTA, whose entries are amounts by name and nothing else. */
export function guaranteeProblem(guarantee: readonly v1.Resource[]): string | undefined {
  if (guarantee.length === 0) return "guarantee: expected at least one resource";
  const problem = validateResources(guarantee);
  if (problem !== undefined) return `guarantee: ${problem}`;
  const names = new Set<string>();
  for (const [i, resource] of guarantee.entries()) {
    const place = `guarantee[${i}] (${resource.name})`;
    if (resource.type !== "SCALAR") return `${place}: expected a scalar, got ${resource.type}`;
    if (reservationStack(resource).length > 0) return `${place}: must not be reserved`;
    if (resource.disk) return `${place}.disk: must not be set`;
    if (resource.revocable) return `${place}.revocable: must not be set`;
    if (names.size === names.add(resource.name).size) return `${place}: the name is there twice`;
  }
  return undefined;
}

type Amounts = Readonly<Record<string, v1.Value.Scalar>>;

function amountsProblem(field: string, amounts: Amounts): string | undefined {
  for (const [name, { value }] of Object.entries(amounts))
    if (name === "" || !(value >= 0) || !Number.isSafeInteger(toMilli(value)))
      return `${field}["${name}"]: expected a number of at least 0, got ${value}`;
  return undefined;
}

function orderProblem(guarantees: Amounts, limits: Amounts): string | undefined {
  for (const [name, { value }] of Object.entries(guarantees)) {
    const limit = limits[name]?.value;
    if (limit !== undefined && toMilli(value) > toMilli(limit))
      return `guarantees["${name}"]: ${value} is more than the limit of ${limit}`;
  }
  return undefined;
}
