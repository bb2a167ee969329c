import type { v1 } from "../protocol/v1.js";
import { invalidRole, isAncestorRole } from "./roles.js";

/** What is wrong with an entry's reservations, in the older or the newer format. */
export function invalidReservations(resource: v1.Resource): string | undefined {
  const { role, reservation, reservations = [] } = resource;
  if (reservations.length === 0) return invalidOlderFormat(role ?? "*", reservation);
  if (role !== undefined) return "role: must not be set beside reservations";
  if (reservation) return "reservation: must not be set beside reservations";
  for (const [index, info] of reservations.entries()) {
    const problem = invalidLayer(info, index, reservations[index - 1]);
    if (problem) return `reservations[${index}].${problem}`;
  }
  return undefined;
}

function invalidOlderFormat(
  role: string,
  reservation: v1.Resource.ReservationInfo | undefined,
): string | undefined {
  const problem = invalidRole(role);
  if (problem) return `role: ${problem}`;
  if (!reservation) return undefined;
  if (role === "*") return 'reservation: resources of role "*" cannot be reserved';
  if (reservation.role !== undefined) return "reservation.role: must not be set here";
  if (reservation.type !== undefined) return "reservation.type: must not be set here";
  return undefined;
}

function invalidLayer(
  { type, role }: v1.Resource.ReservationInfo,
  index: number,
  below: v1.Resource.ReservationInfo | undefined,
): string | undefined {
  if (type !== "STATIC" && type !== "DYNAMIC") return "type: must be STATIC or DYNAMIC";
  if (type === "STATIC" && index > 0) return "type: only the first reservation may be STATIC";
  if (role === undefined) return "role: must be set";
  if (role === "*") return 'role: "*" cannot reserve';
  const problem = invalidRole(role);
  if (problem) return `role: ${problem}`;
  if (below?.role !== undefined && !isAncestorRole(below.role, role)) {
    return `role: "${role}" does not refine "${below.role}"`;
  }
  return undefined;
}
