import { existsSync, linkSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import type { Disposable } from "../base/disposable.js";
import { KernelError, messageOf } from "../base/kernel-error.js";

const FILE = "lock";

/**
 * Makes sure that one process works in a directory. The lock is a file that names its owner by process id and start
 * time, so that it ends with its owner, however that ends: a file whose owner is gone, or whose number another process
 * has by now, is taken over. `name` is what the directory is to whoever may have to choose another.
 * @throws KernelError WORK_DIRECTORY_LOCKED naming the owner and the directory, or WORK_DIRECTORY_UNUSABLE.
 */
export function lockWorkDirectory(
  directory: string,
  name = "work directory",
  mode = 0o777,
): Disposable {
  const file = join(resolve(directory), FILE);
  const own = identify(process.pid);
  const draft = `${file}.${process.pid}`;
  try {
    makeDirectories(resolve(directory), mode);
    writeFileSync(draft, `${own}\n`);
  } catch (cause) {
    const message = `${resolve(directory)} cannot be worked in: ${messageOf(cause)}; choose another ${name}`;
    throw new KernelError("WORK_DIRECTORY_UNUSABLE", message, { cause });
  }
  try {
    while (!linked(draft, file)) removeStale(file, draft, name);
  } finally {
    rmSync(draft, { force: true });
  }
  return {
    dispose: () => {
      if (read(file) === own) rmSync(file, { force: true });
    },
  };
}

/** Node's `recursive` tries for ever where a directory exists and yet takes none, as those under /proc do. */
function makeDirectories(directory: string, mode: number): void {
  const missing: string[] = [];
  for (let at = directory; !existsSync(at); at = dirname(at)) missing.unshift(at);
  for (const one of missing) makeDirectory(one, mode);
}
function makeDirectory(directory: string, mode: number): void {
  try {
    mkdirSync(directory, { mode });
  } catch (error) {
    if (!alreadyExists(error)) throw error;
  }
}

/** Links are made or not, as a whole: of several processes one succeeds, and nobody ever sees half a lock. */
function linked(draft: string, file: string): boolean {
  try {
    linkSync(draft, file);
    return true;
  } catch (error) {
    if (alreadyExists(error)) return false;
    throw error;
  }
}

function alreadyExists(error: unknown): boolean {
  return (error as NodeJS.ErrnoException).code === "EEXIST";
}

/**
 * Removes a lock whose owner is gone. Several processes may find it so at once: whoever holds the claim looks once more,
 * and what it finds then cannot change under it, because removing it takes the claim.
 */
function removeStale(file: string, draft: string, name: string): void {
  const owner = read(file);
  if (owner === undefined) return;
  if (isCurrent(owner)) {
    const message = `${dirname(file)} is in use by process ${pidOf(owner)}: stop it, or choose another ${name}`;
    throw new KernelError("WORK_DIRECTORY_LOCKED", message);
  }
  const claim = `${file}.claim`;
  if (!linked(draft, claim)) {
    if (!isCurrent(read(claim) ?? "")) rmSync(claim, { force: true });
    return;
  }
  try {
    if (read(file) === owner) rmSync(file, { force: true });
  } finally {
    rmSync(claim, { force: true });
  }
}

function pidOf(owner: string): number {
  return Number(owner.split(" ")[0]);
}
function isCurrent(owner: string): boolean {
  return owner === identify(pidOf(owner));
}

function read(file: string): string | undefined {
  try {
    return readFileSync(file, "utf8").trim();
  } catch {
    return undefined;
  }
}

/** A process id with the time its process started, in clock ticks since the machine's boot, and that boot's id. */
function identify(pid: number): string | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    // The command's name may hold spaces and parentheses; what follows the last one does not.
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    if (fields[0] === "Z" || fields[0] === "X") return undefined;
    const boot = readFileSync("/proc/sys/kernel/random/boot_id", "utf8").trim();
    return `${pid} ${fields[19]} ${boot}`;
  } catch {
    return undefined;
  }
}
