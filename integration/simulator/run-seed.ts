import { Nemesis } from "./nemesis.js";
import type { SchedulerBehaviour } from "./scheduler/scheduler-behaviour.js";
import { Simulation } from "./simulation.js";
import { drawSwarm, type SwarmLimits } from "./swarm.js";

/** What one seed has shown. */
export interface SeedResult {
  readonly seed: number;
  readonly traceHash: string;
  readonly steps: number;
  readonly virtualMs: number;
}

/** Twice the longest timeout there is: an update's retries and an agent's return take up to ten minutes. */
const CONVERGENCE_MS = 2 * 600_000;

/** How long the tasks of all take where only one has room at a time. */
function workMs(schedulers: readonly Partial<SchedulerBehaviour>[] = []): number {
  return schedulers.reduce((sum, { jobs = 0, maxRunMs = 0 }) => sum + jobs * maxRunMs, 0);
}

/** Runs the cluster that a seed stands for through its faults, then to rest. @throws SimulationError */
export function runSeed(
  seed: number,
  limits: SwarmLimits & { readonly transcriptLines?: number } = {},
): SeedResult {
  const { options, faults, durationMs } = drawSwarm(seed, limits);
  const simulation = new Simulation({ ...options, transcriptLines: limits.transcriptLines ?? 0 });
  new Nemesis(simulation, faults, durationMs).start();
  simulation.runUntil(durationMs).converge(CONVERGENCE_MS + workMs(options.schedulers));
  const { traceHash, steps, nowMs } = simulation;
  return { seed, traceHash, steps, virtualMs: nowMs };
}
