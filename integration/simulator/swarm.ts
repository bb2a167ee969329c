import { type Random, SeededRandom } from "../../core/base/random.js";
import type { Allocator } from "../../core/contracts/allocator.js";
import { HierarchicalAllocator } from "../../modules/allocators/hierarchical.js";
import { DrfSorterFactory } from "../../modules/sorters/drf.js";
import { RandomSorterFactory } from "../../modules/sorters/random.js";
import { between, chance, pick } from "./chance.js";
import { FirstFitAllocator } from "./first-fit-allocator.js";
import type { NetworkFaults } from "./network/network.js";
import { plainScheduler, type SchedulerBehaviour } from "./scheduler/scheduler-behaviour.js";
import type { DiskFaults } from "./simulated-disk.js";
import type { SimulationOptions } from "./simulation-options.js";
import { noCodec, realCodec } from "./wire-codec.js";

/** How often what happens to whom: a mean interval each; undefined: never. */
export interface SwarmFaults {
  readonly masterCrashMs: number | undefined;
  readonly agentCrashMs: number | undefined;
  readonly agentRebootMs: number | undefined;
  readonly agentReplaceMs: number | undefined;
  readonly schedulerCrashMs: number | undefined;
  readonly schedulerTeardownMs: number | undefined;
  readonly partitionMs: number | undefined;
  /** Any process stops for a while and goes on, its connections standing. */
  readonly freezeMs: number | undefined;
  /** The longest that anything stays down or cut off. */
  readonly maxOutageMs: number;
}

/** What one seed does to a cluster of its own, and for how long. */
export interface Swarm {
  readonly options: SimulationOptions;
  readonly faults: SwarmFaults;
  readonly durationMs: number;
}

/** What the command line may fix; everything else is drawn from the seed. */
export interface SwarmLimits {
  readonly agents?: number;
  /** False: no agent's process or machine ends. */
  readonly agentCrashes?: boolean;
}

const allocators: readonly (() => Allocator)[] = [
  () => new HierarchicalAllocator(new DrfSorterFactory()),
  () => new HierarchicalAllocator(new DrfSorterFactory()),
  () => new HierarchicalAllocator(new RandomSorterFactory()),
  () => new FirstFitAllocator(),
];
const DAY_MS = 24 * 3_600_000;

/** Each seed picks its own mix of faults: none of some kinds, plenty of others. */
export function drawSwarm(seed: number, limits: SwarmLimits = {}): Swarm {
  const random = new SeededRandom(Math.imul(seed, 0x9e3779b1) ^ 0x5eed);
  const hasMasterCrashes = chance(random, 0.5);
  const options: SimulationOptions = {
    seed,
    agents: limits.agents ?? between(random, 1, 6),
    agentResources: `cpus:${between(random, 1, 8)};mem:${between(random, 512, 4096)};disk:1000`,
    schedulers: drawSchedulers(random, hasMasterCrashes),
    allocator: pick(random, allocators),
    codec: pick(random, [noCodec, noCodec, noCodec, realCodec("json"), realCodec("protobuf")]),
    network: drawNetwork(random),
    disk: drawDisk(random),
    master: {
      agentPingTimeoutMs: pick(random, [1_000, 5_000, 15_000]),
      agentReregisterTimeoutMs: pick(random, [60_000, 600_000]),
      allocationIntervalMs: pick(random, [100, 1_000, 5_000]),
      allocationBudget: pick(random, [1, 3, 20_000]),
      ...(chance(random, 0.3) && { offerTimeoutMs: between(random, 1_000, 30_000) }),
    },
    maxReconnectMs: pick(random, [100, 1_000, 10_000]),
    congestionLimit: pick(random, [2, 10, 1_000]),
    orderedCalls: chance(random, 0.5),
  };
  const drawn = drawFaults(random, hasMasterCrashes);
  const faults =
    limits.agentCrashes === false
      ? { ...drawn, agentCrashMs: undefined, agentRebootMs: undefined }
      : drawn;
  return { options, faults, durationMs: 300_000 };
}

function drawFaults(random: Random, hasMasterCrashes: boolean): SwarmFaults {
  const sometimes = (probability: number): number | undefined =>
    chance(random, probability) ? between(random, 5_000, 120_000) : undefined;
  return {
    masterCrashMs: hasMasterCrashes ? between(random, 10_000, 120_000) : undefined,
    agentCrashMs: sometimes(0.5),
    agentRebootMs: sometimes(0.2),
    agentReplaceMs: sometimes(0.1),
    schedulerCrashMs: sometimes(0.4),
    // A master that comes after the one which removed a framework does not know that it was removed.
    schedulerTeardownMs: hasMasterCrashes ? undefined : sometimes(0.1),
    partitionMs: sometimes(0.6),
    freezeMs: sometimes(0.3),
    maxOutageMs: pick(random, [1_000, 20_000, 150_000]),
  };
}

function drawNetwork(random: Random): NetworkFaults {
  const clog = chance(random, 0.3) ? between(random, 1, 20) / 1000 : 0;
  return {
    minDelayMs: 1,
    maxDelayMs: pick(random, [2, 20, 200, 2_000]),
    loss: pick(random, [0, 0, 0.001, 0.01, 0.1, 0.3]),
    repeat: pick(random, [0, 0, 0.05, 0.5]),
    clog,
    maxClogMs: pick(random, [1_000, 10_000]),
  };
}

function drawDisk(random: Random): DiskFaults {
  return {
    minLatencyMs: 0,
    maxLatencyMs: pick(random, [0, 5, 50]),
    slow: pick(random, [0, 0, 0.05]),
    maxSlowMs: 5_000,
  };
}

function drawSchedulers(random: Random, hasMasterCrashes: boolean): SchedulerBehaviour[] {
  const count = between(random, 1, 3);
  return Array.from({ length: count }, (_, i) => ({
    ...drawScheduler(random, `scheduler-${i + 1}`),
    killsOnce: !hasMasterCrashes,
  }));
}

function drawScheduler(random: Random, name: string): SchedulerBehaviour {
  const sometimes = (value: number): number => (chance(random, 0.4) ? value : 0);
  return {
    ...plainScheduler,
    name,
    role: pick(random, ["*", "a", "b", "b/c"]),
    partitionAware: chance(random, 0.7),
    checkpoint: chance(random, 0.8),
    failoverTimeoutMs: pick(random, [7 * DAY_MS, 7 * DAY_MS, 7 * DAY_MS, 30_000]),
    jobs: between(random, 1, 15),
    jobArrivalMs: pick(random, [0, 60_000, 240_000]),
    minRunMs: 0,
    maxRunMs: pick(random, [100, 10_000, 120_000]),
    failsToLaunch: sometimes(0.1),
    failsToRun: sometimes(0.2),
    stubborn: sometimes(0.3),
    endless: sometimes(0.2),
    killed: sometimes(0.3),
    customExecutor: pick(random, [0, 0, 0.5]),
    lateAcknowledgement: sometimes(0.3),
    maxLateMs: pick(random, [1_000, 30_000]),
    lostAcknowledgement: sometimes(0.1),
    repeatedAcknowledgement: sometimes(0.3),
    strayAcknowledgement: sometimes(0.1),
    hoarding: sometimes(0.5),
    maxRefuseMs: pick(random, [0, 5_000, 30_000]),
    reconcileIntervalMs: pick(random, [15_000, 60_000]),
    replacesUnreachable: chance(random, 0.5),
    suppresses: chance(random, 0.5),
    reserves: sometimes(0.3),
  };
}
