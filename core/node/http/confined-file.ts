import { constants, type Stats } from "node:fs";
import { type FileHandle, open, readlink, realpath } from "node:fs/promises";
import { type Checked, refuse } from "./content.js";

/** An open file or directory that was found to lie within a root. The caller closes `handle`. */
export interface ConfinedFile {
  readonly handle: FileHandle;
  readonly stats: Stats;
  /** Names this very file for as long as it is open, whatever becomes of its path. */
  readonly path: string;
}

/**
 * Opens `path` and then asks the operating system what was opened: a task may replace any part of its sandbox by a
 * symbolic link at any moment, so that a path that was checked before it is opened proves nothing.
 */
export async function openConfined(root: string, path: string): Promise<Checked<ConfinedFile>> {
  let handle: FileHandle | undefined;
  try {
    const realRoot = await realpath(root);
    handle = await open(path, constants.O_RDONLY | constants.O_NONBLOCK | constants.O_NOCTTY);
    const stats = await handle.stat();
    const descriptor = `/proc/self/fd/${handle.fd}`;
    const opened = await readlink(descriptor);
    if (opened !== realRoot && !opened.startsWith(`${realRoot === "/" ? "" : realRoot}/`)) {
      await handle.close();
      return refuse(403, "the path leads out of what is attached");
    }
    return { value: { handle, stats, path: descriptor } };
  } catch (error) {
    await handle?.close();
    return refusalOf(error);
  }
}

/** A file that is not there is the client's mistake; anything else is thrown on. */
function refusalOf(error: unknown): Checked<never> {
  const code = (error as NodeJS.ErrnoException).code;
  if (code === "ENOENT" || code === "ENOTDIR" || code === "ENXIO" || code === "ELOOP")
    return refuse(404, "no such file");
  if (code === "EACCES" || code === "EPERM") return refuse(403, "the file may not be read");
  if (code === "ENAMETOOLONG" || code === "ERR_INVALID_ARG_VALUE")
    return refuse(400, "path: not a path");
  throw error;
}
