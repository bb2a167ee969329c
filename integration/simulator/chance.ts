import type { Random } from "../../core/base/random.js";

const RESOLUTION = 1_000_000;

/** True with the given probability, from 0 to 1. Draws nothing where the answer is certain. */
export function chance(random: Random, probability: number): boolean {
  if (probability <= 0) return false;
  return probability >= 1 || random.integer(RESOLUTION) < probability * RESOLUTION;
}

/** A uniform integer from `low` to `high`, both included. */
export function between(random: Random, low: number, high: number): number {
  return high <= low ? low : low + random.integer(high - low + 1);
}

/** One of `items`, each as likely. */
export function pick<T>(random: Random, items: readonly T[]): T {
  return items[random.integer(items.length)] as T;
}
