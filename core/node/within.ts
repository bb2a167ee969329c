import { KernelError } from "../base/kernel-error.js";
import { MAX_TIMER_MS } from "./system-clock.js";

export interface Limit {
  readonly limitMs: number;
  /** Makes what is thrown when the time is over. */
  readonly late: () => Error;
  /** Whether the process lives until then, though nothing else keeps it. */
  readonly keepsProcess: boolean;
}

/** Waits for `work`, but no longer than the limit; one of more than 24 days ends there. */
export async function limited<T>(
  work: Promise<T>,
  { limitMs, late, keepsProcess }: Limit,
): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const over = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(late()), Math.min(limitMs, MAX_TIMER_MS));
    if (!keepsProcess) timer.unref();
  });
  try {
    return await Promise.race([work, over]);
  } finally {
    clearTimeout(timer);
  }
}

/** Waits for a store, but no longer than `limitMs`. @throws KernelError STORE_FAILED when the time is over. */
export async function within<T>(limitMs: number, what: string, work: Promise<T>): Promise<T> {
  const late = () => new KernelError("STORE_FAILED", `${what} took longer than ${limitMs} ms`);
  // What is waited for must not keep a process that has been stopped.
  return limited(work, { limitMs, late, keepsProcess: false });
}
