import { join } from "node:path";
import { open, type RootDatabase } from "lmdb";

/** Keys to sealed records. */
export type SealedDatabase = RootDatabase<Buffer, string>;

/** The one file that LMDB keeps the data in. */
export function dataFile(directory: string): string {
  return join(directory, "data.mdb");
}

/**
 * `overlappingSync` off: a commit is told only once it is on disk, whatever else is under way. `eventTurnBatching` off: a
 * failed commit is told to its caller alone, not also as a rejection that nobody can handle.
 */
export function openDatabase(
  directory: string,
  options: { readonly readOnly?: boolean } = {},
): SealedDatabase {
  return open<Buffer, string>({
    path: directory,
    // A directory's name may have a dot in it, which LMDB would take for that of a file.
    noSubdir: false,
    encoding: "binary",
    overlappingSync: false,
    eventTurnBatching: false,
    ...options,
  });
}
