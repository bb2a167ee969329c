import type { AgentId, FrameworkId } from "../../../core/base/ids.js";
import type { Quota } from "../../../core/contracts/allocator.js";
import {
  accumulate,
  containsQuantities,
  noQuantities,
  type ResourceQuantities,
} from "../../../core/resources/quantities.js";
import type { Resources } from "../../../core/resources/resources.js";
import { topLevelRole } from "../../../core/resources/roles.js";
import type { AgentState } from "./agent-state.js";
import type { FrameworkState } from "./framework-state.js";
import type { TopRole, TopRoles } from "./top-roles.js";

/** What a quota allows, and what is used of it. */
export interface QuotaAccount {
  readonly quota: Quota;
  /** Reservations for the subtree, held or not, and what it holds that is neither reserved nor revocable. */
  readonly consumed: Map<string, number>;
  room?: { readonly version: number; readonly quantities: ResourceQuantities };
}

/**
 * What quotas depend on: what each top-level role consumes, what the unsatisfied guarantees require, and what the cluster
 * has left for anyone. Kept as it changes while any quota is set; setting one only marks the ledger as stale, and it is
 * written anew when it is next needed.
 */
export class QuotaLedger {
  /** With a quota. */
  private readonly limited = new Set<TopRole>();
  private readonly required = new Map<string, number>();
  private readonly free = new Map<string, number>();
  private isStale = false;
  /** Of every role that has no quota. */
  private readonly noAccount: QuotaAccount = {
    quota: { guarantees: noQuantities, limits: noQuantities },
    consumed: new Map(),
  };
  private version = 0;
  /** Rises with everything that may let a quota allow more: what is given away never does. */
  growth = 0;

  constructor(
    private readonly agents: ReadonlyMap<AgentId, AgentState>,
    private readonly frameworks: ReadonlyMap<FrameworkId, FrameworkState>,
    private readonly tops: TopRoles,
    /** What an offer must have at least, in alternatives. */
    private readonly minimum: readonly ResourceQuantities[],
  ) {}

  get isOn(): boolean {
    return this.limited.size > 0;
  }
  private get isKept(): boolean {
    return this.isOn && !this.isStale;
  }

  set(role: string, quota: Quota | undefined): void {
    const top = this.tops.get(role);
    if (quota) this.limited.add(top);
    else this.limited.delete(top);
    this.tops.setAccount(top, quota && { quota, consumed: new Map() });
    this.isStale = true;
    this.growth++;
  }

  availableChanged(before: Resources, after: Resources): void {
    if (!this.isKept || before === after) return;
    const [less, more] = [freeScalars(before), freeScalars(after)];
    accumulate(this.free, less, -1);
    accumulate(this.free, more, 1);
    this.version++;
    if (!containsQuantities(less, more)) this.growth++;
  }

  /** An agent has come, gone or changed. */
  totalChanged(before: Resources, after: Resources): void {
    if (!this.isKept) return;
    this.countReservations(before, -1);
    this.countReservations(after, 1);
    this.growth++;
  }

  /** What had been held is counted only now: less may be missing to a guarantee. */
  adopted(): void {
    this.growth++;
  }

  /** A framework in a role below `top` holds more (1) or less (-1). */
  held(top: TopRole, resources: Resources, sign: 1 | -1): void {
    if (this.isKept) this.consume(top, freeScalars(resources), sign);
  }

  private countReservations(total: Resources, sign: 1 | -1): void {
    if (!total.hasReservations) return;
    const tops = new Set(total.identities.map(({ reservedRole }) => reservedRole ?? ""));
    for (const name of new Set([...tops].map(topLevelRole))) {
      const top = this.tops.find(name);
      if (!top?.account) continue;
      const reserved = total.filter(
        ({ reservedRole }) => reservedRole !== undefined && topLevelRole(reservedRole) === name,
      );
      this.consume(top, reserved.quantities(), sign);
    }
  }

  private consume(top: TopRole, quantities: ResourceQuantities, sign: 1 | -1): void {
    if (!top.account) return;
    const { consumed, quota } = top.account;
    for (const [name, milli] of quantities) {
      const before = consumed.get(name) ?? 0;
      const after = before + sign * milli;
      consumed.set(name, after);
      const guarantee = quota.guarantees.get(name) ?? 0;
      const missing = Math.max(guarantee - after, 0) - Math.max(guarantee - before, 0);
      if (missing !== 0) this.required.set(name, (this.required.get(name) ?? 0) + missing);
    }
    this.tops.setState(top, this.stateOf(top.account));
    this.version++;
    if (sign < 0) this.growth++;
  }

  private stateOf({ consumed, quota }: QuotaAccount) {
    const leavesLess = (name: string, milli: number) => {
      const limit = quota.limits.get(name);
      return limit !== undefined && limit - (consumed.get(name) ?? 0) < milli;
    };
    const { minimum } = this;
    return {
      isSatisfied: containsQuantities(consumed, quota.guarantees),
      isFull:
        minimum.length > 0 &&
        minimum.every((one) => [...one].some(([name, milli]) => leavesLess(name, milli))),
    };
  }

  /** What is missing to the guarantee of the top-level role. */
  unsatisfied({ account }: TopRole): ResourceQuantities {
    this.keep();
    if (!account) return noQuantities;
    const missing = new Map<string, number>();
    for (const [name, milli] of account.quota.guarantees) {
      const amount = milli - (account.consumed.get(name) ?? 0);
      if (amount > 0) missing.set(name, amount);
    }
    return missing;
  }

  /**
   * How much more of unreserved scalars the top-level role may be offered: up to its limit, and leaving what the
   * unsatisfied guarantees of others require. A name that is not there may be offered without end.
   */
  room(top: TopRole): ResourceQuantities {
    this.keep();
    const account = top.account ?? this.noAccount;
    if (account.room?.version !== this.version) {
      account.room = { version: this.version, quantities: this.roomBeyond(top, noQuantities) };
    }
    return account.room.quantities;
  }

  /** The room once the role has got that much towards its guarantee. */
  roomBeyond(top: TopRole, guaranteed: ResourceQuantities): ResourceQuantities {
    const room = new Map(this.roomToLimit(top, guaranteed));
    for (const [name, surplus] of this.surplus(top)) {
      const left = Math.max(surplus - (guaranteed.get(name) ?? 0), 0);
      room.set(name, Math.min(left, room.get(name) ?? left));
    }
    return room;
  }

  /** The room by the role's own limit alone. */
  roomToLimit({ account }: TopRole, guaranteed = noQuantities): ResourceQuantities {
    this.keep();
    const room = new Map<string, number>();
    const { quota, consumed } = account ?? this.noAccount;
    for (const [name, limit] of quota.limits) {
      const left = limit - (consumed.get(name) ?? 0) - (guaranteed.get(name) ?? 0);
      room.set(name, Math.max(left, 0));
    }
    return room;
  }

  /** What is free beyond the unsatisfied guarantees of others; a role's own does not keep it from itself. */
  private *surplus(top: TopRole): Generator<[string, number]> {
    const own = this.unsatisfied(top);
    for (const [name, milli] of this.required) {
      const others = milli - (own.get(name) ?? 0);
      if (others > 0) yield [name, (this.free.get(name) ?? 0) - others];
    }
  }

  /** Writes the ledger anew if it is stale. */
  keep(): void {
    if (!this.isStale) return;
    this.isStale = false;
    this.version++;
    this.required.clear();
    this.free.clear();
    for (const top of this.limited) {
      const account = top.account as QuotaAccount;
      account.consumed.clear();
      accumulate(this.required, account.quota.guarantees, 1);
      this.tops.setState(top, this.stateOf(account));
    }
    for (const agent of this.agents.values()) {
      accumulate(this.free, freeScalars(agent.available), 1);
      this.countReservations(agent.total, 1);
      this.countHeld(agent);
    }
  }

  private countHeld(agent: AgentState): void {
    for (const [frameworkId, held] of agent.held) {
      if (!this.frameworks.has(frameworkId)) continue;
      for (const [role, part] of held.allocations()) {
        const top = this.tops.find(topLevelRole(role));
        if (top) this.held(top, part, 1);
      }
    }
  }
}

/** What quotas are about: neither reserved nor revocable. */
function freeScalars(resources: Resources): ResourceQuantities {
  return resources.unreserved().nonRevocable().quantities();
}
