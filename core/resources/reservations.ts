import type { v1 } from "../protocol/v1.js";
import { labelsKey } from "./labels.js";

type ReservationInfo = v1.Resource.ReservationInfo;

/** Equal for equal reservations: type, role, principal and labels in any order. */
export function reservationKey(info: ReservationInfo): unknown {
  const { type, role, principal, labels } = info;
  return [type ?? 0, role ?? 0, principal ?? 0, labels ? labelsKey(labels) : 0];
}

const none: readonly ReservationInfo[] = [];

/** The stack of a wire resource in any of the three formats. */
export function reservationStack(resource: v1.Resource): readonly ReservationInfo[] {
  const { reservations, role, reservation } = resource;
  if (reservations && reservations.length > 0) return reservations;
  if (role === undefined || role === "*") return none;
  if (!reservation) return [{ type: "STATIC", role }];
  return [{ ...reservation, type: "DYNAMIC", role }];
}

/**
 * `post-refinement`: the stack. `pre-refinement`: `role` and `reservation`, which a stack of more than one layer does not
 * fit, so that it stays a stack. `endpoint`: both, as far as they fit.
 */
export type ReservationFormat = "post-refinement" | "pre-refinement" | "endpoint";

type ReservationFields = Pick<v1.Resource, "role" | "reservation" | "reservations">;

/** The fields that say the stack in a format. */
export function reservationFields(
  stack: readonly ReservationInfo[],
  format: ReservationFormat,
): ReservationFields {
  const [info] = stack;
  if (format === "post-refinement" || stack.length > 1) {
    return stack.length === 0 ? {} : { reservations: stack };
  }
  if (!info) return { role: "*" };
  const { type, role = "*", ...rest } = info;
  const layer = type === "DYNAMIC" ? { role, reservation: rest } : { role };
  return format === "endpoint" ? { ...layer, reservations: stack } : layer;
}
