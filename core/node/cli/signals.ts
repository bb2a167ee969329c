import type { Disposable } from "../../base/disposable.js";

const SIGNALS = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

/** What comes so soon is the same request: a terminal signals everybody, and npm passes on what it got. */
const SAME_REQUEST_MS = 500;

/**
 * Calls `onStop` when the process is asked to stop: by Ctrl-C, SIGTERM, or the end of its terminal. A second request
 * does not wait: the process ends at once, by the signal. Until disposed.
 */
export function onStopRequest(onStop: (signal: NodeJS.Signals) => void): Disposable {
  let firstMs: number | undefined;
  const onSignal = (signal: NodeJS.Signals): void => {
    const nowMs = performance.now();
    if (firstMs === undefined) {
      firstMs = nowMs;
      onStop(signal);
    } else if (nowMs - firstMs > SAME_REQUEST_MS) {
      dispose();
      process.kill(process.pid, signal);
    }
  };
  const dispose = (): void => {
    for (const one of SIGNALS) process.off(one, onSignal);
  };
  for (const one of SIGNALS) process.on(one, onSignal);
  return { dispose };
}

/** Resolves when the process is asked to stop. */
export function untilStopped(): Promise<NodeJS.Signals> {
  return new Promise((resolve) => void onStopRequest(resolve));
}

/**
 * Whoever reads the output may stop reading, as `head` does, or the terminal may be closed: the process is asked to stop
 * then, and ends where nothing in it waits for such a request.
 */
export function stopWhenNobodyReads(): void {
  let known = false;
  const onError = (error: NodeJS.ErrnoException): void => {
    if (error.code !== "EPIPE" && error.code !== "EIO") throw error;
    if (known) return;
    known = true;
    if (!process.emit("SIGTERM", "SIGTERM")) process.exit(0);
  };
  process.stdout.on("error", onError);
  process.stderr.on("error", onError);
}
