import type { AgentId, FrameworkId } from "../../../core/base/ids.js";
import type { AllocatorAgent } from "../../../core/contracts/allocator.js";
import type { v1 } from "../../../core/protocol/v1.js";
import { Resources } from "../../../core/resources/resources.js";
import { type Filter, FilterTable } from "./filters.js";
import type { Client } from "./framework-state.js";
import type { SharedOffers } from "./shared-offers.js";

/** What has been found out about an agent at its last visit, and what would make another one worth while. */
export interface Settlement {
  readonly epoch: number;
  readonly untilMs: number;
  /** The quotas' growth by then, if one was in the way. */
  readonly quotaGrowth: number | undefined;
}

/** An agent as the allocator sees it: its total, who holds what of it, and what is left to offer. */
export class AgentState {
  info: v1.AgentInfo;
  total = Resources.empty;
  /** By framework, with allocation info: offered and in use alike. */
  readonly held = new Map<FrameworkId, Resources>();
  /** Not held by anyone, without allocation info. Shared volumes are always there. */
  available = Resources.empty;
  /** Made when the first offer of it is refused: most visits then find out at once that nothing has been. */
  filters: FilterTable | undefined;
  /** False once it has been removed; a run may still come across it. */
  isPresent = true;
  isActive = true;
  isWhitelisted = true;
  hasGpus = false;
  isHierarchical = false;
  region: string | undefined;
  unavailability: v1.Unavailability | undefined;
  /** Made when the first shared volume is offered. */
  sharedOffers: SharedOffers | undefined;

  /** Refusals that ended before it do not count any more: something has been put to use since, or has come back from use. */
  usedMs = 0;
  /** Whether it has been used since the last visit. */
  isUsed = false;
  /** The slot of the client whose turn came last, when the agent goes round among those that have refused it. */
  turn = -1;

  /** Rises whenever the agent itself changes. */
  version = 0;
  private settlement: Settlement | undefined;
  /** Whether what is held is part of the total: then what is available can be kept by adding and taking away. */
  private isExact = true;
  /** The last thing there was to offer: when it comes back, filters on it are found by pointer. */
  private lastAvailable = Resources.empty;

  constructor(
    readonly id: AgentId,
    agent: AllocatorAgent,
    /** Has this agent in it while anything is available. */
    private readonly offerable: Set<AgentState>,
  ) {
    this.info = agent.info;
    this.unavailability = agent.unavailability;
    this.update(agent);
  }

  update(agent: AllocatorAgent): void {
    this.info = agent.info;
    this.isHierarchical = agent.capabilities.has("HIERARCHICAL_ROLE");
    this.region = agent.info.domain?.fault_domain?.region.name;
    this.setTotal(agent.total);
  }

  setTotal(total: Resources): void {
    this.total = total;
    this.hasGpus = total.scalar("gpus") > 0;
    this.refresh();
  }

  /** The framework holds `bare` more, which leaves it with `held`. */
  give(frameworkId: FrameworkId, held: Resources, bare: Resources): void {
    this.held.set(frameworkId, held);
    const rest = this.isExact ? this.available.subtract(bare.nonShared()) : undefined;
    if (rest) this.setAvailable(rest);
    else this.refresh();
  }

  /** The framework holds `bare` less, which leaves it with `held`. */
  takeBack(frameworkId: FrameworkId, held: Resources, bare: Resources): void {
    if (held.isEmpty) this.held.delete(frameworkId);
    else this.held.set(frameworkId, held);
    if (this.isExact) this.setAvailable(this.available.plus(bare.nonShared()));
    else this.refresh();
  }

  /** Reckons anew what is available. */
  private refresh(): void {
    const { total } = this;
    const held = Resources.sum(this.held.values()).nonShared().unallocate();
    this.isExact = total.contains(held);
    this.setAvailable(total.nonShared().without(held).plus(total.shared()));
  }

  /** It has been removed. */
  leave(): void {
    this.isPresent = false;
    this.total = Resources.empty;
    this.setAvailable(Resources.empty);
  }

  private setAvailable(available: Resources): void {
    if (available.isEmpty) this.offerable.delete(this);
    else if (this.available.isEmpty) this.offerable.add(this);
    this.available = available.equals(this.lastAvailable) ? this.lastAvailable : available;
    if (!available.isEmpty) this.lastAvailable = this.available;
    this.unsettle();
  }

  addFilter(slot: number, filter: Filter, nowMs: number): void {
    this.filters ??= new FilterTable();
    this.filters.add(slot, filter, nowMs);
  }

  /** Until when the bundle is kept from a client that has refused as much; 0 if it is not. */
  keptUntil({ slot, generation }: Client, bundle: Resources, nowMs: number): number {
    return this.filters?.keptUntil(slot, generation, bundle, nowMs) ?? 0;
  }

  /** Every client has been looked at, and nothing more can be offered before one of these changes. */
  settle(settlement: Settlement): void {
    this.settlement = settlement;
  }
  unsettle(): void {
    this.settlement = undefined;
    this.version++;
  }

  /** The last visit's finding, if it still holds for all clients that have not become fresh since. */
  settled(quotaGrowth: number, nowMs: number): Settlement | undefined {
    const last = this.settlement;
    if (!last || last.untilMs <= nowMs) return undefined;
    return last.quotaGrowth === undefined || last.quotaGrowth === quotaGrowth ? last : undefined;
  }

  get isOfferable(): boolean {
    return this.isPresent && this.isActive && this.isWhitelisted && !this.available.isEmpty;
  }

  /** Whether a visit could end otherwise than the last one. */
  isWorthVisiting(epoch: number, quotaGrowth: number, nowMs: number): boolean {
    if (!this.isOfferable) return false;
    return this.settled(quotaGrowth, nowMs)?.epoch !== epoch;
  }
}
