import {
  agentsComeAndGo,
  allocationCycle,
  allocationSlices,
  allocatorEvents,
  allocatorQuotas,
  multiFrameworkAllocations,
  refusedAgents,
  suppressStorms,
} from "./allocator.js";
import type { Benchmark } from "./benchmark.js";
import { containers } from "./containers.js";
import { floor } from "./floor.js";
import { launchThroughput } from "./launch-throughput.js";
import { machine } from "./machine.js";
import { masterMemory } from "./memory.js";
import { stalls } from "./stalls.js";
import { state } from "./state.js";
import { statusUpdates } from "./status-updates.js";

/** Every benchmark there is, in the order in which they run. */
export const registry: readonly Benchmark[] = [
  floor,
  allocationCycle,
  refusedAgents,
  allocatorQuotas,
  multiFrameworkAllocations,
  agentsComeAndGo,
  suppressStorms,
  allocatorEvents,
  allocationSlices,
  machine,
  launchThroughput,
  statusUpdates,
  stalls,
  state,
  containers,
  masterMemory,
];
