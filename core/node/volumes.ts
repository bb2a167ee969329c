import { mkdir, readdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { KernelError, messageOf } from "../base/kernel-error.js";
import type { VolumeDirectory } from "../resources/volumes.js";

/** Makes the directory of a persistent volume, unless it is there. */
export async function createVolume(path: string): Promise<void> {
  await mkdir(path, { recursive: true }).catch((cause: unknown) => {
    throw failed("created", path, cause);
  });
}

/** Removes a persistent volume with its data; the root of a file system of its own stays, empty. */
export async function destroyVolume({ path, isMount }: VolumeDirectory): Promise<void> {
  try {
    const names = isMount ? await readdir(path) : [];
    const doomed = isMount ? names.map((name) => join(path, name)) : [path];
    for (const one of doomed) await rm(one, { recursive: true, force: true });
  } catch (cause) {
    throw failed("destroyed", path, cause);
  }
}

function failed(what: string, path: string, cause: unknown): KernelError {
  const message = `the persistent volume in '${path}' cannot be ${what}: ${messageOf(cause)}`;
  return new KernelError("STORE_FAILED", message, { cause });
}
