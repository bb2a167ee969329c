/** The contract suites: what every module of a kind has to do, for its author to run with mocha. */
export { AllocatorStory } from "./contracts/allocator-story.js";
export { describeAllocator } from "./contracts/allocator.contract.js";
export { describeCheckpointStore } from "./contracts/checkpoint-store.contract.js";
export { describeContainerLogger } from "./contracts/container-logger.contract.js";
export { describeContainerizer } from "./contracts/containerizer.contract.js";
export { describeIsolator } from "./contracts/isolator.contract.js";
export { describeLauncher } from "./contracts/launcher.contract.js";
export { describeContender, describeDetector } from "./contracts/leadership.contract.js";
export { describeRegistryStore } from "./contracts/registry-store.contract.js";
export { describeSorter } from "./contracts/sorter.contract.js";
export { describeTransport } from "./contracts/transport.contract.js";

/** The simulator: real masters and agents under one virtual clock and one seed (docs/simulating.md). */
export { AuditedAllocator } from "./simulator/checks/audited-allocator.js";
export { FirstFitAllocator } from "./simulator/first-fit-allocator.js";
export { type NetworkFaults, quietNetwork } from "./simulator/network/network.js";
export { runSeed, type SeedResult } from "./simulator/run-seed.js";
export { expectTranscript } from "./simulator/scenario.js";
export {
  plainScheduler,
  type SchedulerBehaviour,
} from "./simulator/scheduler/scheduler-behaviour.js";
export { type AgentStanding, simulate, Simulation } from "./simulator/simulation.js";
export { SimulationError } from "./simulator/simulation-error.js";
export type { SimulationOptions } from "./simulator/simulation-options.js";
