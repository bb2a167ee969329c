import { monitorEventLoopDelay } from "node:perf_hooks";
import type { ProbeOrder, ProbeReading } from "./orders.js";

/** Loaded into the process of a master before anything else; tells over IPC how its event loop and its memory are. */
const RESOLUTION_MS = 5;
const delay = monitorEventLoopDelay({ resolution: RESOLUTION_MS });
delay.enable();
let stallCpuMs = 0;
let lastCpuMs = cpuMs();

function cpuMs(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}

setInterval(() => {
  const now = cpuMs();
  stallCpuMs = Math.max(stallCpuMs, now - lastCpuMs);
  lastCpuMs = now;
}, RESOLUTION_MS).unref();

process.on("message", ({ collect }: ProbeOrder) => {
  if (collect) globalThis.gc?.();
  const { heapUsed, external, rss } = process.memoryUsage();
  const reading: ProbeReading = {
    stallMs: delay.max / 1e6,
    stallCpuMs,
    heapMib: (heapUsed + external) / 2 ** 20,
    residentMib: rss / 2 ** 20,
  };
  process.send?.(reading);
  delay.reset();
  stallCpuMs = 0;
  lastCpuMs = cpuMs();
});
// What asks must not keep the master from ending.
process.channel?.unref();
