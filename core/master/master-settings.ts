import type { ResourceQuantities } from "../resources/quantities.js";
import type { v1 } from "../protocol/v1.js";

/** Everything a master is told when it is made. Durations are in milliseconds; the defaults are Mesos'. */
export interface MasterSettings {
  /** This master's own id, hostname, address and port; the id is new with every process. */
  readonly masterInfo: v1.MasterInfo;
  readonly version: string;
  readonly cluster?: string;
  readonly startTimeMs: number;
  readonly agentPingTimeoutMs: number;
  readonly maxAgentPingTimeouts: number;
  readonly agentReregisterTimeoutMs: number;
  /** The fraction of recovered agents that may be lost before the master gives up instead. */
  readonly recoveryAgentRemovalLimit: number;
  readonly allocationIntervalMs: number;
  /** How many agent–framework pairs one allocation step examines at most; making offers takes of it as well. */
  readonly allocationBudget: number;
  readonly heartbeatIntervalMs: number;
  /** Undefined: an offer stands until it is used, declined or rescinded. */
  readonly offerTimeoutMs?: number;
  /** The roles frameworks may subscribe to; undefined: any. */
  readonly roles?: ReadonlySet<string>;
  readonly weights: ReadonlyMap<string, number>;
  readonly rootSubmissions: boolean;
  readonly minAllocatableResources: readonly ResourceQuantities[];
  readonly fairnessExcludedResources: ReadonlySet<string>;
  readonly filterGpuResources: boolean;
  readonly agentRecoveryFactor: number;
  readonly allocatorRecoveryTimeoutMs: number;
  readonly maxCompletedFrameworks: number;
  readonly maxCompletedTasksPerFramework: number;
  readonly maxUnreachableTasksPerFramework: number;
  readonly registryGcIntervalMs: number;
  readonly registryMaxAgentAgeMs: number;
  readonly registryMaxAgentCount: number;
  readonly requireAgentDomain: boolean;
}

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const DAY = 24 * 60 * MINUTE;

/** The defaults of every setting that has one. */
export const masterDefaults = {
  agentPingTimeoutMs: 15 * SECOND,
  maxAgentPingTimeouts: 5,
  agentReregisterTimeoutMs: 10 * MINUTE,
  recoveryAgentRemovalLimit: 1,
  allocationIntervalMs: SECOND,
  allocationBudget: 20_000,
  heartbeatIntervalMs: 15 * SECOND,
  weights: new Map<string, number>(),
  rootSubmissions: true,
  minAllocatableResources: [new Map([["cpus", 10]]), new Map([["mem", 32_000]])],
  fairnessExcludedResources: new Set<string>(),
  filterGpuResources: true,
  agentRecoveryFactor: 0.8,
  allocatorRecoveryTimeoutMs: 10 * MINUTE,
  maxCompletedFrameworks: 50,
  maxCompletedTasksPerFramework: 1000,
  maxUnreachableTasksPerFramework: 1000,
  registryGcIntervalMs: 15 * MINUTE,
  registryMaxAgentAgeMs: 14 * DAY,
  registryMaxAgentCount: 102_400,
  requireAgentDomain: false,
} as const satisfies Partial<MasterSettings>;
