import { appendFileSync, readFileSync } from "node:fs";

/**
 * Loaded into a process before anything else (`--import`); appends how many milliseconds of processor time the main
 * thread has used between two turns of the event loop, where that is much. Waiting for a processor does not count.
 */
const file = process.env["LOOP_WATCH_FILE"];
const REPORTED_MS = 40;
const PERIOD_MS = 2;

function threadCpuMs(): number {
  return Number.parseInt(readFileSync("/proc/thread-self/schedstat", "latin1"), 10) / 1e6;
}

if (file !== undefined) {
  let lastMs = threadCpuMs();
  setInterval(() => {
    const nowMs = threadCpuMs();
    if (nowMs - lastMs > REPORTED_MS) appendFileSync(file, `${nowMs - lastMs}\n`);
    lastMs = nowMs;
  }, PERIOD_MS).unref();
}
