import type { Disposable } from "../../base/disposable.js";
import { exitCodes } from "./exit-codes.js";

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
 * Whoever reads the output may stop reading, as `head` does, the terminal may be closed, or the disk of a redirected
 * output be full: the process is asked to stop then, and ends where nothing in it waits for such a request. What is
 * returned makes the exit code of the process from that of its command: an output that could not be written is a failure,
 * and is told.
 */
export function stopWhenOutputFails(): (exitCode: number) => number {
  let known = false;
  let failure: Error | undefined;
  const endOf = (exitCode: number): number => {
    if (failure === undefined) return exitCode;
    process.stderr.write(`error: cannot write the output: ${failure.message}\n`);
    return exitCodes.failure;
  };
  const onError = (error: NodeJS.ErrnoException): void => {
    if (known) return;
    known = true;
    if (error.code !== "EPIPE" && error.code !== "EIO") failure = error;
    if (!process.emit("SIGTERM", "SIGTERM")) process.exit(endOf(exitCodes.ok));
  };
  process.stdout.on("error", onError);
  process.stderr.on("error", onError);
  return endOf;
}
