import type { AgentId, FrameworkId } from "../base/ids.js";
import type { Random } from "../base/random.js";
import { serviceToken } from "../base/service-token.js";
import type { scheduler, v1 } from "../protocol/v1.js";
import type { ResourceConversion } from "../resources/conversions.js";
import type { Resources } from "../resources/resources.js";
import type { ResourceQuantities } from "../resources/quantities.js";

export type { ResourceConversion } from "../resources/conversions.js";

export interface AllocatorOptions {
  readonly allocationIntervalMs: number;
  readonly random: Random;
  /** Resource names that do not count towards a share. */
  readonly fairnessExcludedResources: ReadonlySet<string>;
  /** Whether agents with GPUs are hidden from frameworks without GPU_RESOURCES. */
  readonly filterGpuResources: boolean;
  /** A bundle is offered if it contains one of these; none: any bundle that is not empty. */
  readonly minAllocatableResources: readonly ResourceQuantities[];
  /** The master's own region and zone. */
  readonly domain?: v1.DomainInfo;
  /** With quotas: how long recovery waits for the expected agents, and for which fraction of them. */
  readonly recoveryTimeoutMs: number;
  readonly agentRecoveryFactor: number;
}

/** What fairness needs to know of a framework. */
export interface AllocatorFramework {
  readonly info: v1.FrameworkInfo;
  /** The roles it subscribes to, in the order of its FrameworkInfo. */
  readonly roles: readonly string[];
  readonly suppressedRoles: ReadonlySet<string>;
  readonly offerConstraints?: scheduler.OfferConstraints;
}

export interface AllocatorAgent {
  readonly info: v1.AgentInfo;
  readonly capabilities: ReadonlySet<string>;
  readonly total: Resources;
  readonly unavailability?: v1.Unavailability;
}

export interface Quota {
  readonly guarantees: ResourceQuantities;
  /** A name that is not there has no limit. */
  readonly limits: ResourceQuantities;
}

/** One bundle for one framework in one role; the master makes an offer of it. Its resources carry `allocation_info`. */
export interface Allocation {
  readonly frameworkId: FrameworkId;
  readonly role: string;
  readonly agentId: AgentId;
  readonly resources: Resources;
}
export interface InverseAllocation {
  readonly frameworkId: FrameworkId;
  readonly agentId: AgentId;
  readonly unavailability: v1.Unavailability;
}
export interface AllocationSlice {
  readonly allocations: readonly Allocation[];
  readonly inverseAllocations: readonly InverseAllocation[];
  /** Whether the run has more to examine than the budget allowed. */
  readonly more: boolean;
}

export interface InverseOfferResponse {
  readonly frameworkId: FrameworkId;
  readonly status: "UNKNOWN" | "ACCEPT" | "DECLINE";
  readonly timestampMs: number;
}

/** Which framework asks why it is offered nothing, and where. */
export interface ExplainQuery {
  readonly frameworkId: FrameworkId;
  readonly role?: string;
  readonly agentId?: AgentId;
}
/** The rules that stood in the way, each with the agents it kept back: one at least, even if there is no agent. */
export interface Explanation {
  readonly frameworkId: FrameworkId;
  /** When it was asked for, by the clock of the times below. */
  readonly nowMs: number;
  readonly roles: readonly {
    /** None: the rules are about the framework as a whole, which has no roles. */
    readonly role?: string;
    readonly rules: readonly {
      /** For instance QUOTA_LIMIT, HEADROOM, FILTER, SUPPRESSED, RESERVED, CONSTRAINT, MINIMUM, AGENT_INACTIVE. */
      readonly rule: string;
      readonly message: string;
      readonly agents: number;
      readonly examples: readonly AgentId[];
      /** When the rule ends by itself, on the first of its agents. None: something has to happen. */
      readonly untilMs?: number;
      /** When it ends on the last of its agents, if that is later. */
      readonly lastUntilMs?: number;
    }[];
  }[];
}

/**
 * Decides who is offered what. Pure and synchronous: the master calls it inside `step`, so it reads no clock and draws
 * chance only from its options.
 *
 * Lifecycle: `initialize` once, `recover` once after the registry has been read; then agents and frameworks come and go.
 * An allocation lives from `allocate` until `recoverResources`. `nowMs` never decreases. Calls about an agent or a
 * framework that is not there are ignored: the master may learn of a loss in any order.
 */
export interface Allocator {
  initialize(options: AllocatorOptions): void;
  /** With quotas set, pauses until enough of the expected agents are back (or the time is over). */
  recover(expectedAgents: number, quotas: ReadonlyMap<string, Quota>, nowMs: number): void;

  /** `used` is what the framework's tasks and executors hold already, an agent each, with allocation info. */
  addFramework(
    frameworkId: FrameworkId,
    framework: AllocatorFramework,
    used: ReadonlyMap<AgentId, Resources>,
    active: boolean,
  ): void;
  updateFramework(frameworkId: FrameworkId, framework: AllocatorFramework): void;
  removeFramework(frameworkId: FrameworkId): void;
  activateFramework(frameworkId: FrameworkId): void;
  /** No offers until it is activated again; its filters are forgotten. */
  deactivateFramework(frameworkId: FrameworkId): void;

  /** `used` by framework, with allocation info. A framework not known yet is counted once it is added. */
  addAgent(
    agentId: AgentId,
    agent: AllocatorAgent,
    used: ReadonlyMap<FrameworkId, Resources>,
    nowMs: number,
  ): void;
  updateAgent(agentId: AgentId, agent: AllocatorAgent): void;
  removeAgent(agentId: AgentId): void;
  activateAgent(agentId: AgentId): void;
  deactivateAgent(agentId: AgentId): void;
  /** The hostnames that may be offered; undefined: all. */
  updateWhitelist(hostnames: ReadonlySet<string> | undefined): void;
  updateUnavailability(agentId: AgentId, unavailability: v1.Unavailability | undefined): void;
  updateInverseOffer(
    agentId: AgentId,
    response: InverseOfferResponse,
    refuseMs: number | undefined,
    nowMs: number,
  ): void;
  inverseOfferResponses(agentId: AgentId): readonly InverseOfferResponse[];

  /** An ACCEPT has converted part of what was offered. */
  updateAllocation(
    frameworkId: FrameworkId,
    agentId: AgentId,
    conversions: readonly ResourceConversion[],
  ): void;
  /** An operator converts what nobody holds. False: the agent does not have it available; nothing has changed. */
  updateAvailable(agentId: AgentId, conversions: readonly ResourceConversion[]): boolean;
  /** What the framework was offered is in use by its tasks from here on. */
  transitionOfferedToAllocated(
    frameworkId: FrameworkId,
    agentId: AgentId,
    resources: Resources,
  ): void;
  /**
   * Resources come back: declined, rescinded, or a task has ended. With `refuseMs` the framework is not offered a
   * subset of them on that agent until then (0: at once).
   */
  recoverResources(
    frameworkId: FrameworkId,
    agentId: AgentId,
    resources: Resources,
    options: { readonly refuseMs?: number; readonly allocated: boolean },
    nowMs: number,
  ): void;
  /** No offers in these roles, which are all named, until they are revived. */
  suppressOffers(frameworkId: FrameworkId, roles: readonly string[]): void;
  /** Un-suppresses, and forgets the framework's filters in these roles. */
  reviveOffers(frameworkId: FrameworkId, roles: readonly string[]): void;
  updateQuota(role: string, quota: Quota | undefined): void;
  updateWeights(weights: ReadonlyMap<string, number>): void;

  /** The periodic run: every agent becomes a candidate. */
  beginCycle(nowMs: number): void;
  /** Whether a cycle or an event has left candidates that `allocate` has not examined. */
  readonly hasWork: boolean;
  /**
   * Examines at most `budget` agent–framework pairs, fewer if there is much to offer, and returns what it offers; what it
   * returns is allocated from then on. State may change between two slices of one run.
   */
  allocate(nowMs: number, budget: number): AllocationSlice;

  /** Optional: which rules keep a framework from being offered anything. Costs nothing unless asked. */
  explain?(query: ExplainQuery, nowMs: number): Explanation;
}
export const Allocator = serviceToken<Allocator>("contracts/Allocator");
