import type { v1 } from "./v1.js";

/** The capabilities a framework declares; names this kernel does not know count as absent. */
export function capabilitiesOf(info: v1.FrameworkInfo): ReadonlySet<string> {
  return new Set((info.capabilities ?? []).map(({ type }) => type ?? "UNKNOWN"));
}

/** The roles a framework subscribes to: `roles` with MULTI_ROLE, else the one `role`, which defaults to `*`. */
export function rolesOf(info: v1.FrameworkInfo): readonly string[] {
  return capabilitiesOf(info).has("MULTI_ROLE") ? (info.roles ?? []) : [info.role ?? "*"];
}
