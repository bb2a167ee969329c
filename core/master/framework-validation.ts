import { capabilitiesOf, rolesOf } from "../protocol/framework-info.js";
import type { scheduler, v1 } from "../protocol/v1.js";
import { invalidRole } from "../resources/roles.js";
import type { MasterSettings } from "./master-settings.js";
import { idProblem } from "./validation/ids.js";
import { offerConstraintsProblem } from "./validation/offer-constraints.js";

/** About 292 years, the longest duration Mesos can express. */
const MAX_FAILOVER_TIMEOUT_MS = 9_223_372_036_854;

/** More would hold the master up whenever the framework suppresses or revives them. */
const MAX_ROLES = 5000;

/** `failover_timeout` in milliseconds; 0, and with it removal at the first disconnect, where it is not set. */
export function failoverTimeoutMs(info: v1.FrameworkInfo): number {
  return Math.min((info.failover_timeout ?? 0) * 1000, MAX_FAILOVER_TIMEOUT_MS);
}

/** The first thing wrong with a framework that subscribes or updates itself; undefined if all is well. */
export function frameworkInfoProblem(
  subscribe: scheduler.Call.Subscribe | scheduler.Call.UpdateFramework,
  settings: MasterSettings,
): string | undefined {
  const info = subscribe.framework_info;
  return (
    rolesProblem(info, settings) ??
    (info.id && idProblem("framework_info.id", info.id.value)) ??
    userProblem(info, settings) ??
    failoverProblem(info) ??
    offerFiltersProblem(info) ??
    subscribedRolesProblem(subscribe)
  );
}

function rolesProblem(info: v1.FrameworkInfo, { roles }: MasterSettings): string | undefined {
  const multiRole = capabilitiesOf(info).has("MULTI_ROLE");
  if (multiRole && info.role !== undefined)
    return "framework_info.role: must not be set together with the MULTI_ROLE capability; use roles";
  if (!multiRole && (info.roles?.length ?? 0) > 0)
    return "framework_info.roles: needs the MULTI_ROLE capability";
  const subscribed = rolesOf(info);
  if (subscribed.length > MAX_ROLES)
    return `framework_info.roles: expected at most ${MAX_ROLES}, got ${subscribed.length}`;
  if (new Set(subscribed).size < subscribed.length)
    return `framework_info.roles: contains a role twice: ${subscribed.join(", ")}`;
  for (const role of subscribed) {
    const invalid = invalidRole(role);
    if (invalid !== undefined) return `framework_info.roles: ${invalid}`;
    if (roles !== undefined && !roles.has(role))
      return `framework_info.roles: role '${role}' is not in the master's list of roles`;
  }
  return undefined;
}

function userProblem(info: v1.FrameworkInfo, settings: MasterSettings): string | undefined {
  if (settings.rootSubmissions || info.user !== "root") return undefined;
  return "framework_info.user: user 'root' may not run frameworks on this master";
}

function failoverProblem({ failover_timeout }: v1.FrameworkInfo): string | undefined {
  if (failover_timeout === undefined) return undefined;
  if (failover_timeout >= 0 && failover_timeout * 1000 <= MAX_FAILOVER_TIMEOUT_MS) return undefined;
  return `framework_info.failover_timeout: expected seconds between 0 and 292 years, got ${failover_timeout}`;
}

function offerFiltersProblem(info: v1.FrameworkInfo): string | undefined {
  for (const [role, filters] of Object.entries(info.offer_filters ?? {})) {
    const invalid = invalidRole(role);
    if (invalid !== undefined) return `framework_info.offer_filters: ${invalid}`;
    const alternatives = filters.min_allocatable_resources?.quantities ?? [];
    for (const { quantities } of alternatives)
      for (const [name, { value }] of Object.entries(quantities ?? {}))
        if (!(value >= 0))
          return `framework_info.offer_filters["${role}"]: ${name}: expected at least 0, got ${value}`;
  }
  return undefined;
}

function subscribedRolesProblem(
  subscribe: scheduler.Call.Subscribe | scheduler.Call.UpdateFramework,
): string | undefined {
  const roles = new Set(rolesOf(subscribe.framework_info));
  for (const role of subscribe.suppressed_roles ?? [])
    if (!roles.has(role))
      return `suppressed_roles: the framework does not subscribe to role '${role}'`;
  return offerConstraintsProblem(subscribe.offer_constraints, roles);
}
