import type { Benchmark } from "./benchmark.js";
import { containers } from "./containers.js";
import { floor } from "./floor.js";
import { launchThroughput } from "./launch-throughput.js";
import { masterMemory } from "./memory.js";
import { state } from "./state.js";
import { statusUpdates } from "./status-updates.js";

/** Every benchmark there is, in the order in which they run. */
export const registry: readonly Benchmark[] = [
  floor,
  launchThroughput,
  statusUpdates,
  state,
  containers,
  masterMemory,
];
