import { MAX_FILE_NAME_BYTES, utf8Length } from "../base/utf8-length.js";
import type { v1 } from "../protocol/v1.js";
import { reservationStack } from "./reservations.js";

/** What is wrong with an entry's disk: a volume holds data in a reserved disk and is mounted into a container. */
export function invalidDisk(resource: v1.Resource): string | undefined {
  const { name, disk } = resource;
  if (!disk) return undefined;
  if (name !== "disk") return `disk: must not be set on "${name}"`;
  if (!disk.persistence) {
    if (disk.volume) return "disk.volume: only a persistent volume is mounted";
    return disk.source ? undefined : "disk: is set but empty";
  }
  if (reservationStack(resource).length === 0) {
    return "disk.persistence: a persistent volume must be made from a reserved disk";
  }
  if (!disk.volume) return "disk.volume: must be set for a persistent volume";
  if (disk.volume.host_path !== undefined) {
    return "disk.volume.host_path: must not be set for a persistent volume";
  }
  return invalidPersistenceId(disk.persistence.id);
}

/** The id becomes the name of a directory. */
function invalidPersistenceId(id: string): string | undefined {
  const field = "disk.persistence.id";
  if (id === "") return `${field}: must not be empty`;
  if (utf8Length(id) > MAX_FILE_NAME_BYTES)
    return `${field}: expected at most ${MAX_FILE_NAME_BYTES} bytes`;
  if (id === "." || id === "..") return `${field}: "${id}" cannot name a directory`;
  if (/[/\\\p{Cc}]/u.test(id)) return `${field}: must not contain slashes or control characters`;
  return undefined;
}

/** A persistence id is given once a role; copies of a shared volume are one volume. */
export function repeatedPersistenceId(list: readonly v1.Resource[]): string | undefined {
  const seen = new Map<string, v1.Resource>();
  for (const [index, resource] of list.entries()) {
    const id = resource.disk?.persistence?.id;
    if (id === undefined) continue;
    const key = JSON.stringify([reservationStack(resource).at(-1)?.role, id]);
    const other = seen.get(key);
    if (other && !(other.shared && resource.shared)) {
      return `resources[${index}] (${resource.name}): disk.persistence.id: "${id}" is there twice`;
    }
    seen.set(key, resource);
  }
  return undefined;
}
