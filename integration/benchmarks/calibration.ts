import type { Baseline } from "./benchmark.js";

/** CPU milliseconds that this process has used. */
export function cpuMs(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1_000;
}

/**
 * CPU milliseconds of a fixed amount of work on maps, arrays and floats: the best of five. A figure divided by it can be
 * compared between machines, and between a quiet machine and a busy one.
 */
export function calibrate(): number {
  let best = Number.POSITIVE_INFINITY;
  for (let round = 0; round < 5; round++) {
    const start = cpuMs();
    const map = new Map<string, number>();
    let sum = 0;
    for (let i = 0; i < 400_000; i++) {
      const key = `k${i % 5_000}`;
      map.set(key, (map.get(key) ?? 0) + Math.sqrt(i));
      sum += map.size;
    }
    const sorted = [...map.values()].sort((a, b) => a - b);
    if (sum + sorted.length > 0) best = Math.min(best, cpuMs() - start);
  }
  return best;
}

/** How fast the machine is at plain computing. */
export const calibration: Baseline = { name: "calibration loop", measure: calibrate };
