import { SeededRandom } from "../../core/base/random.js";
import type {
  Allocation,
  AllocationSlice,
  Allocator,
  AllocatorAgent,
  AllocatorFramework,
  AllocatorOptions,
  Quota,
} from "../../core/contracts/allocator.js";
import type { scheduler, v1 } from "../../core/protocol/v1.js";
import { parseMinAllocatable, parseQuantities } from "../../core/resources/quantities.js";
import { Resources } from "../../core/resources/resources.js";

/** How a framework differs from one that takes anything in its role. */
export interface FrameworkTraits {
  readonly roles?: readonly string[];
  readonly suppressed?: readonly string[];
  readonly capabilities?: readonly v1.FrameworkInfo.Capability.Type[];
  readonly offerConstraints?: scheduler.OfferConstraints;
  readonly offerFilters?: v1.FrameworkInfo["offer_filters"];
  readonly active?: boolean;
  readonly used?: ReadonlyMap<string, Resources>;
}

/** How an agent differs from one in the master's own region, with every capability and nothing used. */
export interface AgentTraits {
  readonly capabilities?: readonly string[];
  readonly attributes?: readonly v1.Attribute[];
  readonly region?: string;
  readonly hostname?: string;
  readonly used?: ReadonlyMap<string, Resources>;
  readonly unavailability?: v1.Unavailability;
}

const ALL_AGENT_CAPABILITIES = ["MULTI_ROLE", "HIERARCHICAL_ROLE", "RESERVATION_REFINEMENT"];

export function domain(region: string): v1.DomainInfo {
  return { fault_domain: { region: { name: region }, zone: { name: "z" } } };
}

export function quota(guarantees: string, limits = ""): Quota {
  return { guarantees: parseQuantities(guarantees), limits: parseQuantities(limits) };
}

/** An allocator whose story a test tells in a few words, with virtual time and a run's results as lines. */
export class AllocatorStory {
  nowMs = 0;
  /** What has been offered and not been given back, in order. */
  readonly outstanding: Allocation[] = [];

  constructor(
    readonly allocator: Allocator,
    options: Partial<AllocatorOptions> = {},
  ) {
    allocator.initialize({
      allocationIntervalMs: 1_000,
      random: new SeededRandom(1),
      fairnessExcludedResources: new Set(),
      filterGpuResources: true,
      minAllocatableResources: parseMinAllocatable("cpus:0.01|mem:32"),
      recoveryTimeoutMs: 600_000,
      agentRecoveryFactor: 0.8,
      ...options,
    });
  }

  agent(id: string, resources: string | Resources, traits: AgentTraits = {}): this {
    const agent = agentOf(id, resources, traits);
    this.allocator.addAgent(id, agent, traits.used ?? new Map(), this.nowMs);
    return this;
  }

  framework(id: string, role: string | FrameworkTraits = "*", traits: FrameworkTraits = {}): this {
    const all = typeof role === "string" ? { roles: [role], ...traits } : role;
    const framework = frameworkOf(id, all);
    this.allocator.addFramework(id, framework, all.used ?? new Map(), all.active ?? true);
    return this;
  }

  /** One whole run for what has happened. */
  run(): readonly string[] {
    return this.slices(Number.POSITIVE_INFINITY).map(line);
  }

  /** The periodic run, `afterMs` later. */
  cycle(afterMs = 1_000): readonly string[] {
    this.nowMs += afterMs;
    this.allocator.beginCycle(this.nowMs);
    return this.run();
  }

  /** A run in slices of a budget. */
  slices(budget: number): readonly Allocation[] {
    const allocations: Allocation[] = [];
    let slice: AllocationSlice;
    do {
      slice = this.slice(budget);
      allocations.push(...slice.allocations);
    } while (slice.more);
    return allocations;
  }

  slice(budget: number): AllocationSlice {
    const slice = this.allocator.allocate(this.nowMs, budget);
    this.outstanding.push(...slice.allocations);
    return slice;
  }

  /** Declines every offer that is outstanding, or those of one framework. */
  decline(frameworkId?: string, refuseMs?: number): this {
    for (const allocation of [...this.outstanding]) {
      if (frameworkId !== undefined && allocation.frameworkId !== frameworkId) continue;
      this.outstanding.splice(this.outstanding.indexOf(allocation), 1);
      this.giveBack(allocation, allocation.resources, refuseMs);
    }
    return this;
  }

  /** Gives part of an offer back, which stays outstanding with the rest. */
  use(index: number, used: string): this {
    const allocation = this.outstanding[index] as Allocation;
    const kept = Resources.parse(used).allocate(allocation.role);
    this.outstanding[index] = { ...allocation, resources: kept };
    this.giveBack(allocation, allocation.resources.minus(kept));
    return this;
  }

  /** Gives back what is no longer, or has never been, outstanding. */
  giveBack(allocation: Allocation, resources: Resources, refuseMs?: number): void {
    const { frameworkId, agentId } = allocation;
    const options = { allocated: false, ...(refuseMs === undefined ? {} : { refuseMs }) };
    this.allocator.recoverResources(frameworkId, agentId, resources, options, this.nowMs);
  }
}

export function line({ frameworkId, role, agentId, resources }: Allocation): string {
  return `${frameworkId} in ${role} on ${agentId}: ${resources.unallocate().toString()}`;
}

export function agentOf(
  id: string,
  resources: string | Resources,
  traits: AgentTraits,
): AllocatorAgent {
  const { attributes, region, unavailability } = traits;
  return {
    info: {
      hostname: traits.hostname ?? id,
      id: { value: id },
      ...(attributes ? { attributes } : {}),
      ...(region === undefined ? {} : { domain: domain(region) }),
    },
    capabilities: new Set(traits.capabilities ?? ALL_AGENT_CAPABILITIES),
    total: typeof resources === "string" ? Resources.parse(resources) : resources,
    ...(unavailability ? { unavailability } : {}),
  };
}

export function frameworkOf(id: string, traits: FrameworkTraits): AllocatorFramework {
  const { roles = ["*"], capabilities = [], offerConstraints, offerFilters } = traits;
  return {
    info: {
      user: "user",
      name: id,
      roles,
      capabilities: capabilities.map((type) => ({ type })),
      ...(offerFilters ? { offer_filters: offerFilters } : {}),
    },
    roles,
    suppressedRoles: new Set(traits.suppressed),
    ...(offerConstraints ? { offerConstraints } : {}),
  };
}
