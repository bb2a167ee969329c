import type { AgentSettings } from "../../core/agent/agent-settings.js";
import type { Allocator } from "../../core/contracts/allocator.js";
import type { MasterSettings } from "../../core/master/master-settings.js";
import type { NetworkFaults } from "./network/network.js";
import type { SchedulerBehaviour } from "./scheduler/scheduler-behaviour.js";
import type { DiskFaults } from "./simulated-disk.js";
import type { WireCodec } from "./wire-codec.js";

/** A cluster to be simulated. All but the seed has a default: three agents, one scheduler, nothing that fails. */
export interface SimulationOptions {
  readonly seed: number;
  readonly agents?: number;
  /** As in `--resources`, for instance `cpus:4;mem:4096`. */
  readonly agentResources?: string;
  /** What each differs in from a plain one; without a name they are called scheduler-1, scheduler-2, … */
  readonly schedulers?: readonly Partial<SchedulerBehaviour>[];
  readonly allocator?: () => Allocator;
  readonly network?: Partial<NetworkFaults>;
  readonly disk?: Partial<DiskFaults>;
  readonly master?: Partial<MasterSettings>;
  readonly agent?: Partial<AgentSettings>;
  readonly codec?: WireCodec;
  /** Agents start one by one within this time. */
  readonly startWithinMs?: number;
  /** How long an agent waits at most before it connects again. */
  readonly maxReconnectMs?: number;
  readonly congestionLimit?: number;
  /** Whether each scheduler's calls arrive in order. */
  readonly orderedCalls?: boolean;
  /** How many lines of the transcript are kept; 0: none are made. */
  readonly transcriptLines?: number;
  /** After how many steps everything is checked that is too dear to be checked after each. */
  readonly checkInterval?: number;
}
