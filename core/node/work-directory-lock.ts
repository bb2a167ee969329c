import { linkSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import type { Disposable } from "../base/disposable.js";
import { KernelError } from "../base/kernel-error.js";

const FILE = "lock";

/**
 * Makes sure that one process works in a directory. The lock is a file that names its owner by process id and start
 * time, so that it ends with its owner, however that ends: a file whose owner is gone, or whose number another process
 * has by now, is taken over.
 * @throws KernelError WORK_DIRECTORY_LOCKED naming the owner and the directory.
 */
export function lockWorkDirectory(directory: string): Disposable {
  mkdirSync(directory, { recursive: true });
  const file = join(resolve(directory), FILE);
  const own = identify(process.pid);
  const draft = `${file}.${process.pid}`;
  writeFileSync(draft, `${own}\n`);
  try {
    while (!linked(draft, file)) takeOver(file, directory);
  } finally {
    rmSync(draft, { force: true });
  }
  return {
    dispose: () => {
      if (read(file) === own) rmSync(file, { force: true });
    },
  };
}

/** Links are made or not, as a whole: of several processes one succeeds, and nobody ever sees half a lock. */
function linked(draft: string, file: string): boolean {
  try {
    linkSync(draft, file);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "EEXIST") return false;
    throw error;
  }
}

/** Puts a lock without an owner aside. Two processes may both find it so: the rename lets one of them have it. */
function takeOver(file: string, directory: string): void {
  const owner = read(file);
  const pid = Number(owner?.split(" ")[0]);
  if (owner !== undefined && owner === identify(pid)) {
    const message = `${resolve(directory)} is in use by process ${pid}: stop it, or choose another work directory`;
    throw new KernelError("WORK_DIRECTORY_LOCKED", message);
  }
  const aside = `${file}.stale.${process.pid}`;
  try {
    renameSync(file, aside);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return;
    throw error;
  }
  const moved = read(aside);
  // Between the look and the rename another process may have taken the lock: it gets it back.
  if (moved !== owner) linked(aside, file);
  rmSync(aside, { force: true });
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
