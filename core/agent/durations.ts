import type { v1 } from "../protocol/v1.js";

const UNITS = [
  ["weeks", 604_800_000],
  ["days", 86_400_000],
  ["hrs", 3_600_000],
  ["mins", 60_000],
  ["secs", 1000],
] as const;

/** A duration as Mesos prints it: in the largest unit that it is a whole number of. */
export function printDuration(ms: number): string {
  for (const [unit, unitMs] of UNITS)
    if (ms !== 0 && ms % unitMs === 0) return `${ms / unitMs}${unit}`;
  return ms === 0 ? "0ns" : `${ms}ms`;
}

export function toMs(duration: v1.DurationInfo | undefined): number | undefined {
  return duration && duration.nanoseconds / 1_000_000;
}
