import { KernelError } from "../base/kernel-error.js";

/** Waits for `work`, but no longer than `limitMs`. @throws KernelError STORE_FAILED when the time is over. */
export async function within<T>(limitMs: number, what: string, work: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(
      () => reject(new KernelError("STORE_FAILED", `${what} took longer than ${limitMs} ms`)),
      limitMs,
    );
    // What is waited for must not keep a process that has been stopped.
    timer.unref();
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}
