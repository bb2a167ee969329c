import type { v1 } from "../protocol/v1.js";
import type { Entry } from "./entries.js";
import { type Ranges, toRangeList } from "./ranges.js";
import { fromMilli } from "./scalar.js";
import type { ResourceValue } from "./values.js";

/** `cpus:4`, `mem(role):512`; what the text grammar cannot say stands in further parentheses and braces. */
export function printEntry({ identity, value }: Entry): string {
  const { name, allocationRole, reservations, disk, fixedAmount } = identity;
  const parts = [name];
  if (allocationRole !== undefined) parts.push(`(allocated: ${allocationRole})`);
  if (reservations.length > 0) parts.push(printReservations(reservations));
  if (disk) parts.push(printDisk(disk));
  if (identity.providerId !== undefined) parts.push(`{provider: ${identity.providerId}}`);
  if (identity.revocable) parts.push("{REV}");
  if (identity.shared) parts.push("{SHARED}");
  const copies = fixedAmount === undefined || value === 1 ? "" : ` x${String(value)}`;
  return `${parts.join("")}:${printValue(fixedAmount ?? value)}${copies}`;
}

function printValue(value: ResourceValue): string {
  if (typeof value === "number") return String(fromMilli(value));
  if (typeof value[0] === "string") return `{${value.join(", ")}}`;
  const ranges = toRangeList(value as Ranges).map(({ begin, end }) => `${begin}-${end}`);
  return `[${ranges.join(", ")}]`;
}

function printReservations(stack: readonly v1.Resource.ReservationInfo[]): string {
  const [first] = stack;
  if (stack.length === 1 && first?.type === "STATIC" && !first.principal && !first.labels) {
    return `(${first.role ?? "*"})`;
  }
  const layers = stack.map(({ type, role, principal, labels }) => {
    const text = labels?.labels?.map(({ key, value }) => `${key}: ${value ?? ""}`).join(", ");
    const parts = [type, role, principal, text && `{${text}}`];
    return `(${parts.filter((part) => part !== undefined).join(", ")})`;
  });
  return `(reservations: [${layers.join(", ")}])`;
}

function printDisk({ persistence, source, volume }: v1.Resource.DiskInfo): string {
  const parts: string[] = [];
  if (source) {
    const root = source.path?.root ?? source.mount?.root ?? source.id ?? source.profile;
    parts.push(root === undefined ? source.type : `${source.type}:${root}`);
  }
  if (persistence) parts.push(persistence.id);
  if (volume) parts.push(volume.container_path);
  return `[${parts.join(", ")}]`;
}
