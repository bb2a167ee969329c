import { readFileSync, writeFileSync } from "node:fs";
import { Session } from "node:inspector/promises";
import { join } from "node:path";
import { monitorEventLoopDelay } from "node:perf_hooks";
import type { ProbeOrder, ProbeReading } from "./orders.js";

/** Loaded into the process of a master before anything else; tells over IPC how its event loop and its memory are. */
const RESOLUTION_MS = 5;
const delay = monitorEventLoopDelay({ resolution: RESOLUTION_MS });
delay.enable();
let stallCpuMs = 0;
let lastCpuMs = cpuMs();

/** Of the thread that runs the event loop, without the garbage collector's helpers. */
function cpuMs(): number {
  const [nanoseconds] = readFileSync("/proc/thread-self/schedstat", "utf8").split(" ");
  return Number(nanoseconds) / 1e6;
}

setInterval(() => {
  const now = cpuMs();
  stallCpuMs = Math.max(stallCpuMs, now - lastCpuMs);
  lastCpuMs = now;
}, RESOLUTION_MS).unref();

function read(): ProbeReading {
  const { heapUsed, external, rss } = process.memoryUsage();
  return {
    stallMs: delay.max / 1e6,
    stallCpuMs,
    heapMib: (heapUsed + external) / 2 ** 20,
    residentMib: rss / 2 ** 20,
  };
}

const session = new Session();
async function profile({ folder, action }: NonNullable<ProbeOrder["profile"]>): Promise<void> {
  if (action === "START") {
    session.connect();
    await session.post("Profiler.enable");
    await session.post("Profiler.start");
    return;
  }
  const { profile: stopped } = await session.post("Profiler.stop");
  session.disconnect();
  writeFileSync(join(folder, `master-${process.pid}.cpuprofile`), JSON.stringify(stopped));
}

async function answer(order: ProbeOrder): Promise<void> {
  if (order.collect) globalThis.gc?.();
  const reading = read();
  if (order.profile !== undefined) await profile(order.profile);
  process.send?.(reading);
  delay.reset();
  stallCpuMs = 0;
  lastCpuMs = cpuMs();
}

process.on("message", (order: ProbeOrder) => void answer(order));
// What asks must not keep the master from ending.
process.channel?.unref();
