import type { RequestId } from "../base/ids.js";
import type { Quota } from "../contracts/allocator.js";
import type { RegistryOperation } from "../contracts/registry-store.js";
import type { quota } from "../protocol/v1.js";
import {
  addQuantities,
  containsQuantities,
  noQuantities,
  quantitiesFromWire,
  quantitiesToWire,
  type ResourceQuantities,
  subtractQuantities,
} from "../resources/quantities.js";
import { topLevelRole } from "../resources/roles.js";
import type { MasterContext } from "./master-context.js";
import type { Offer } from "./master-state.js";
import type { Offers } from "./offers.js";
import { clusterCapacity, quotaConsumption } from "./quota-consumption.js";
import type { Registrar } from "./registrar.js";
import { guaranteeProblem, quotaConfigProblem } from "./validation/quota.js";

/** Guarantees and limits of top-level roles: durable before anybody notices, and all of one call or none. */
export class Quotas {
  /** What is being written: the next call has to reckon with it. */
  private readonly pending = new Map<string, Quota>();

  constructor(
    private readonly context: MasterContext,
    private readonly registrar: Registrar,
    private readonly offers: Offers,
  ) {}

  /** UPDATE_QUOTA. */
  onUpdate(request: RequestId, configs: readonly quota.QuotaConfig[], force: boolean): void {
    const { context } = this;
    for (const [i, config] of configs.entries()) {
      const problem = quotaConfigProblem(config, context.settings.roles);
      if (problem !== undefined)
        return context.respond(request, 400, `quota_configs[${i}]: ${problem}`);
    }
    const wanted = new Map(configs.map((config) => [config.role, toQuota(config)]));
    if (wanted.size < configs.length)
      return context.respond(request, 400, "quota_configs: a role is named twice");
    const problem = force ? undefined : this.overcommitProblem(wanted);
    if (problem !== undefined) return context.respond(request, 400, problem);
    this.store(request, wanted);
  }

  /** SET_QUOTA, deprecated: what is guaranteed is the limit too. */
  onSet(request: RequestId, { role, guarantee = [], force }: quota.QuotaRequest): void {
    const { context } = this;
    if (role === undefined)
      return context.respond(request, 400, "quota_request.role: required, but not set");
    const amounts = Object.fromEntries(
      guarantee.flatMap(({ name, scalar }) => (scalar ? [[name, scalar]] : [])),
    );
    const config = { role, guarantees: amounts, limits: amounts };
    const problem =
      guaranteeProblem(guarantee) ?? quotaConfigProblem(config, context.settings.roles);
    if (problem !== undefined) return context.respond(request, 400, `quota_request.${problem}`);
    if (this.standing().has(role))
      return context.respond(request, 400, `role '${role}' already has a quota; remove it first`);
    const wanted = new Map([[role, toQuota(config)]]);
    const overcommit = force ? undefined : this.overcommitProblem(wanted);
    if (overcommit !== undefined) return context.respond(request, 409, overcommit);
    this.store(request, wanted);
  }

  onRemove(request: RequestId, role: string): void {
    if (!this.standing().has(role))
      return this.context.respond(request, 400, `role '${role}' has no quota`);
    this.store(request, new Map([[role, { guarantees: noQuantities, limits: noQuantities }]]));
  }

  private overcommitProblem(wanted: ReadonlyMap<string, Quota>): string | undefined {
    const { state } = this.context;
    const consumption = quotaConsumption(state);
    for (const [role, { limits }] of wanted) {
      const consumed = consumption.get(role) ?? noQuantities;
      for (const [name, limit] of limits)
        if ((consumed.get(name) ?? 0) > limit)
          return `role '${role}' consumes ${(consumed.get(name) ?? 0) / 1000} of ${name}, more than the limit of ${limit / 1000} (force to set it all the same)`;
    }
    let guaranteed = noQuantities;
    for (const { guarantees } of new Map([...this.standing(), ...wanted]).values())
      guaranteed = addQuantities(guaranteed, guarantees);
    const capacity = clusterCapacity(state);
    if (containsQuantities(capacity, guaranteed)) return undefined;
    return `the guarantees of all roles come to ${text(guaranteed)}, more than the cluster's ${text(capacity)} (force to set them all the same)`;
  }

  /** What is set, or will be once it is written. */
  private standing(): ReadonlyMap<string, Quota> {
    const all = [...this.context.state.quotas, ...this.pending];
    return new Map([...new Map(all)].filter(([, quota]) => !isDefault(quota)));
  }

  private store(request: RequestId, wanted: ReadonlyMap<string, Quota>): void {
    const operations = [...wanted].map(([role, quota]): RegistryOperation => {
      const value = isDefault(quota) ? undefined : toRecord(quota);
      return { collection: "quotas", key: role, value };
    });
    for (const [role, quota] of wanted) this.pending.set(role, quota);
    this.registrar.persist(operations, () => {
      for (const [role, quota] of wanted) {
        if (this.pending.get(role) === quota) this.pending.delete(role);
        this.apply(role, quota);
      }
      this.rescind(wanted);
      this.context.respond(request, 200);
    });
  }

  private apply(role: string, quota: Quota): void {
    const { state, allocator } = this.context;
    if (isDefault(quota)) state.quotas.delete(role);
    else state.quotas.set(role, quota);
    allocator.updateQuota(role, isDefault(quota) ? undefined : quota);
    this.context.log("info", "quota updated", { role });
  }

  /** What is only offered may be taken back: first what the roles themselves have too much of. */
  private rescind(quotas: ReadonlyMap<string, Quota>): void {
    const { state } = this.context;
    const consumed = new Map(quotaConsumption(state));
    for (const offer of [...state.offers.values()]) {
      const role = topLevelRole(offer.role);
      const limits = quotas.get(role)?.limits ?? noQuantities;
      const held = consumed.get(role) ?? noQuantities;
      if (![...limits].some(([name, limit]) => (held.get(name) ?? 0) > limit)) continue;
      this.offers.rescind(offer);
      consumed.set(role, subtractQuantities(held, freeOf(offer)));
    }
    for (const [role, { guarantees }] of quotas) {
      const missing = subtractQuantities(guarantees, consumed.get(role) ?? noQuantities);
      this.rescindFromOthers(role, missing);
    }
  }

  /** Then what others are offered, until the guarantee could be met. */
  private rescindFromOthers(role: string, quantities: ResourceQuantities): void {
    let missing = quantities;
    if (missing.size === 0) return;
    for (const offer of [...this.context.state.offers.values()]) {
      if (missing.size === 0) return;
      if (topLevelRole(offer.role) === role) continue;
      const free = freeOf(offer);
      if (![...missing.keys()].some((name) => free.has(name))) continue;
      this.offers.rescind(offer);
      missing = subtractQuantities(missing, free);
    }
  }
}

/** What an offer takes of its role's quota, and of what is there to meet guarantees with. */
function freeOf({ resources }: Offer): ResourceQuantities {
  return resources.unreserved().nonRevocable().quantities();
}

/** A registry's record of a quota, as {@link toRecord} wrote it. */
export function quotaFromRecord(value: unknown): Quota {
  return toQuota(value as quota.QuotaConfig);
}

function toQuota({ guarantees, limits }: Omit<quota.QuotaConfig, "role">): Quota {
  return { guarantees: quantitiesFromWire(guarantees), limits: quantitiesFromWire(limits) };
}

function toRecord({ guarantees, limits }: Quota): Omit<quota.QuotaConfig, "role"> {
  return { guarantees: quantitiesToWire(guarantees), limits: quantitiesToWire(limits) };
}

function isDefault({ guarantees, limits }: Quota): boolean {
  return guarantees.size === 0 && limits.size === 0;
}

function text(quantities: ResourceQuantities): string {
  return [...quantities].map(([name, milli]) => `${name}:${milli / 1000}`).join("; ");
}
