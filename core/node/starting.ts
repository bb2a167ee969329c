import type { Disposable } from "../base/disposable.js";
import { KernelError } from "../base/kernel-error.js";

/** A process while it starts: disposing it closes what it has opened so far, and keeps it from opening more. */
export interface Starting<T> extends Disposable {
  start(): Promise<T>;
}

/**
 * Starts a process, unless that fails or `stopped` settles before: then nothing of it is left. Some steps may wait for
 * long, for leadership or for a store.
 * @throws KernelError STOPPED
 */
export async function startUnlessStopped<T>(
  starting: Starting<T>,
  stopped: Promise<unknown> = new Promise(() => {}),
): Promise<T> {
  try {
    return await Promise.race([starting.start(), stopped.then(refuse)]);
  } catch (error) {
    await starting.dispose();
    throw error;
  }
}

/** @throws KernelError STOPPED */
export function refuse(): never {
  throw new KernelError("STOPPED", "asked to stop before it was up");
}
