import type { AllocatorOptions } from "../../../core/contracts/allocator.js";
import { containsQuantities, type ResourceQuantities } from "../../../core/resources/quantities.js";
import type { Resources } from "../../../core/resources/resources.js";
import type { AgentState } from "./agent-state.js";
import type { Client } from "./framework-state.js";
import type { QuotaLedger } from "./quota-ledger.js";

/** Why an agent is hidden from a client altogether. */
export type HiddenBy = "HIERARCHICAL_ROLE" | "GPU_RESOURCES" | "REGION" | "CONSTRAINT";

interface Comparison {
  readonly bundle: Resources;
  readonly alternatives: readonly ResourceQuantities[];
  readonly isEnough: boolean;
}

/** Decides what of an agent may be put before a client, filters apart. Every rule is asked here, and only here. */
export class Bundles {
  private readonly region: string | undefined;
  /** The last comparison with a minimum: mostly, client after client is shown the same bundle. */
  private last: Comparison | undefined;

  constructor(
    private readonly options: AllocatorOptions,
    private readonly quotas: QuotaLedger,
  ) {
    this.region = options.domain?.fault_domain?.region.name;
  }

  hiddenBy(agent: AgentState, { framework, role, constraints }: Client): HiddenBy | undefined {
    if (role.isHierarchical && !agent.isHierarchical) return "HIERARCHICAL_ROLE";
    if (agent.hasGpus && !framework.takesGpus && this.options.filterGpuResources) {
      return "GPU_RESOURCES";
    }
    if (!framework.isRegionAware && this.isRemote(agent)) return "REGION";
    if (constraints && !constraints.accepts(agent.info)) return "CONSTRAINT";
    return undefined;
  }

  private isRemote({ region }: AgentState): boolean {
    return region !== undefined && this.region !== undefined && region !== this.region;
  }

  /** What is there for the role, less what the framework cannot take and shared volumes that it, or the run, has offered. */
  takeable(agent: AgentState, { framework, role }: Client, run = -1): Resources {
    let resources = agent.available;
    if (resources.hasShared) {
      const { sharedOffers } = agent;
      if (!framework.takesShared) resources = resources.nonShared();
      else if (sharedOffers) {
        resources = resources
          .without(sharedOffers.offeredIn(run))
          .without(sharedOffers.outstandingTo(framework.id));
      }
    }
    if (resources.hasReservations) {
      resources = resources.allocatableTo(role.name);
      if (resources.hasRefinedReservations && !framework.takesRefined) {
        resources = resources.filter(({ reservations }) => reservations.length < 2);
      }
    }
    return resources.hasRevocable && !framework.takesRevocable
      ? resources.nonRevocable()
      : resources;
  }

  /** Of what it could take, what quotas leave to it: limits and headroom are about unreserved scalars alone. */
  fairPart(takeable: Resources, { role }: Client): Resources {
    if (!this.quotas.isOn) return takeable;
    const room = this.quotas.room(role.top);
    if (room.size === 0) return takeable;
    const free = takeable.unreserved().nonRevocable();
    const part = free.atMost(room);
    return part === free ? takeable : takeable.without(free).plus(part);
  }

  /**
   * Towards an unsatisfied guarantee: the role's own reservations, and of what is free up to what is missing, then up to
   * the room there is. Undefined: the agent brings the guarantee no further.
   */
  guaranteedPart(takeable: Resources, { role }: Client): Resources | undefined {
    const missing = this.quotas.unsatisfied(role.top);
    if (missing.size === 0) return undefined;
    const free = takeable.unreserved().nonRevocable();
    const wanted = free.filter(({ name, type }) => type === "SCALAR" && missing.has(name));
    const guaranteed = wanted.atMost(missing);
    if (guaranteed.isEmpty) return undefined;
    const burst = free
      .without(guaranteed)
      .atMost(this.quotas.roomBeyond(role.top, guaranteed.quantities()));
    const ancestors = ({ reservedRole }: { readonly reservedRole: string | undefined }) =>
      reservedRole === undefined || reservedRole === role.name;
    return takeable.without(free).filter(ancestors).plus(guaranteed).plus(burst);
  }

  /** Whether it is enough for an offer, by the cluster's minimum or a client's own. */
  isEnough(
    bundle: Resources,
    alternatives: readonly ResourceQuantities[] = this.options.minAllocatableResources,
  ): boolean {
    if (bundle.isEmpty) return false;
    if (alternatives.length === 0) return true;
    const { last } = this;
    if (last?.bundle === bundle && last.alternatives === alternatives) return last.isEnough;
    const quantities = bundle.quantities();
    const isEnough = alternatives.some((one) => containsQuantities(quantities, one));
    this.last = { bundle, alternatives, isEnough };
    return isEnough;
  }
}
