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
