import { type Random, shuffle } from "../../../core/base/random.js";
import type { Allocation } from "../../../core/contracts/allocator.js";
import type { Resources } from "../../../core/resources/resources.js";
import type { AgentState } from "./agent-state.js";
import type { Bundles } from "./bundles.js";
import type { Client } from "./framework-state.js";
import type { Holdings } from "./holdings.js";
import type { QuotaLedger } from "./quota-ledger.js";
import type { RoleState } from "./role-state.js";
import type { RoleTable } from "./role-table.js";
import { SharedOffers } from "./shared-offers.js";
import type { TopRoles } from "./top-roles.js";
import { Visit } from "./visit.js";

/** What a run works with. */
export interface RunContext {
  readonly bundles: Bundles;
  readonly holdings: Holdings;
  readonly quotas: QuotaLedger;
  readonly roles: RoleTable;
  readonly tops: TopRoles;
  readonly options: { readonly random: Random };
}

/** A slice's means and results. */
export interface Slice {
  readonly nowMs: number;
  /** How many more pairs may be examined. */
  budget: number;
  readonly allocations: Allocation[];
}

/** What an offer takes of the budget: with what a master makes of it, it costs as much as looking at so many pairs. */
const OFFER_COST = 60;

type Outcome = "OFFERED" | "EXHAUSTED" | "SUSPENDED";

/**
 * Runs over candidate agents, one at a time: first towards unsatisfied guarantees, then for everyone. A visit of an agent
 * looks at each client once, in the order of the sorters; after an offer the order is asked for anew. A slice may end
 * anywhere, and the next one goes on from there with whatever the state is then.
 */
export class AllocationRun {
  private stage: "GUARANTEES" | "FAIR" | "DONE" = "DONE";
  private agents: AgentState[] = [];
  private next = 0;
  private run = 0;
  private visits = 0;
  private visit: Visit | undefined;
  /** On which agents a filter has stood in the way of a guarantee, and until when. */
  private readonly keptFromGuarantees = new Map<AgentState, number>();

  constructor(private readonly context: RunContext) {}

  get inProgress(): boolean {
    return this.stage !== "DONE";
  }

  begin(agents: AgentState[]): void {
    const { tops } = this.context;
    this.run++;
    this.agents = agents;
    this.keptFromGuarantees.clear();
    this.enter(tops.unsatisfied > 0 ? "GUARANTEES" : "FAIR");
  }

  private enter(stage: "GUARANTEES" | "FAIR"): void {
    this.stage = stage;
    this.next = 0;
    shuffle(this.agents, this.context.options.random);
  }

  /** Goes on until the run or the budget is at its end. */
  proceed(slice: Slice): void {
    while (this.stage !== "DONE") {
      const agent = this.agents[this.next];
      if (agent) {
        if (!this.visitAgent(agent, slice)) return;
        this.next++;
      } else if (this.stage === "GUARANTEES") {
        this.enter("FAIR");
      } else {
        this.stage = "DONE";
        this.agents = [];
      }
    }
  }

  /** @returns whether the agent has been dealt with. */
  private visitAgent(agent: AgentState, slice: Slice): boolean {
    if (!this.visit) {
      const { roles, quotas } = this.context;
      this.visits++;
      if (agent.isUsed) agent.usedMs = slice.nowMs;
      agent.isUsed = false;
      this.visit = new Visit(agent, roles, quotas, slice.nowMs);
      this.visit.keptUntil(this.keptFromGuarantees.get(agent) ?? Number.POSITIVE_INFINITY);
    }
    const { visit } = this;
    while (this.isWorthShowing(agent)) {
      const outcome = this.pass(visit, slice);
      if (outcome === "SUSPENDED") return false;
      if (outcome === "EXHAUSTED") break;
    }
    this.visit = undefined;
    if (this.stage === "FAIR") visit.settle();
    else this.keptFromGuarantees.set(agent, visit.untilMs);
    return true;
  }

  private isWorthShowing(agent: AgentState): boolean {
    if (!agent.isOfferable) return false;
    const { bundles, roles } = this.context;
    return roles.ownMinimums > 0 || bundles.isEnough(agent.available);
  }

  /** Looks at the clients not looked at in this visit yet, up to the first that is offered something. */
  private pass(visit: Visit, slice: Slice): Outcome {
    const { roles } = this.context;
    if (this.isClosed(visit)) return "EXHAUSTED";
    const only = roles.onlyFreshSince(visit.since);
    if (only) return this.isOpen(only.role, visit) ? this.look(only, visit, slice) : "EXHAUSTED";
    const refusals = visit.agent.filters?.clients ?? 0;
    if (refusals >= roles.servedClients.size && this.isKeptFromAll(visit, slice)) {
      return "EXHAUSTED";
    }
    for (const name of roles.served()) {
      const role = roles.role(name);
      if (role.visit === this.visits || role.freshEpoch <= visit.since) continue;
      if (!this.isOpen(role, visit)) continue;
      const outcome = this.passRole(role, visit, slice);
      if (outcome !== "EXHAUSTED") return outcome;
      role.visit = this.visits;
    }
    return "EXHAUSTED";
  }

  /**
   * Whether filters keep the agent from everyone, which takes no order to find out. Presupposes that all would be shown the
   * same; if the budget is smaller than that, clients are looked at one by one.
   */
  private isKeptFromAll(visit: Visit, slice: Slice): boolean {
    const { roles, quotas } = this.context;
    const { agent } = visit;
    const { available } = agent;
    const { hasReservations, hasRevocable, hasShared } = available;
    if (quotas.isOn || hasReservations || hasRevocable || hasShared) return false;
    if (slice.budget < roles.servedClients.size) return false;
    let examined = 0;
    let untilMs = Number.POSITIVE_INFINITY;
    for (const client of roles.servedClients) {
      if (client.freshEpoch <= visit.since) continue;
      const keptUntilMs = agent.keptUntil(client, available, slice.nowMs);
      if (keptUntilMs === 0) return false;
      untilMs = Math.min(untilMs, keptUntilMs);
      examined++;
    }
    slice.budget -= examined;
    visit.keptUntil(untilMs);
    return true;
  }

  private passRole(role: RoleState, visit: Visit, slice: Slice): Outcome {
    for (const frameworkId of this.context.roles.servedIn(role)) {
      const client = role.clients.get(frameworkId) as Client;
      if (client.freshEpoch <= visit.since) continue;
      const outcome = this.look(client, visit, slice);
      if (outcome !== "EXHAUSTED") return outcome;
    }
    return "EXHAUSTED";
  }

  /** Whether no role can be offered anything in this stage. */
  private isClosed(visit: Visit): boolean {
    const { tops } = this.context;
    if (this.stage === "GUARANTEES") return tops.unsatisfied === 0;
    if (tops.open > 0 || !this.isOfferedByQuota(visit.agent)) return false;
    visit.blockedByQuota = true;
    return true;
  }

  private isOpen({ top }: RoleState, visit: Visit): boolean {
    if (this.stage === "GUARANTEES") return !top.isSatisfied;
    if (!top.isFull || !this.isOfferedByQuota(visit.agent)) return true;
    visit.blockedByQuota = true;
    return false;
  }

  /** Whether a role that has reached its limit can have nothing of the agent: nothing there is beyond limits. */
  private isOfferedByQuota({ available }: AgentState): boolean {
    if (available.hasReservations || available.hasRevocable) return false;
    return this.context.roles.ownMinimums === 0;
  }

  private look(client: Client, visit: Visit, slice: Slice): Outcome {
    if (client.visit === this.visits) return "EXHAUSTED";
    if (slice.budget <= 0) return "SUSPENDED";
    const { agent } = visit;
    slice.budget--;
    client.visit = this.visits;
    const bundle = this.bundle(visit, client, slice.nowMs);
    if (!bundle) return "EXHAUSTED";
    if (agent.filters?.isRefusedAfter(client, bundle, agent.usedMs))
      this.offerInTurn(visit, client, slice);
    else this.offer(visit, client, bundle, slice);
    return "OFFERED";
  }

  /**
   * A client that has refused the same before comes first by its share, and would for ever: the agent goes round, to the
   * next that may have something of it, until something there is put to use.
   */
  private offerInTurn(visit: Visit, first: Client, slice: Slice): void {
    const { agent } = visit;
    first.visit = 0;
    for (const client of this.context.roles.clientsAfter(agent.turn)) {
      if (!client.isServed || client.visit === this.visits || client.freshEpoch <= visit.since)
        continue;
      slice.budget--;
      const bundle = this.bundle(visit, client, slice.nowMs);
      client.visit = this.visits;
      if (!bundle) continue;
      agent.turn = client.slot;
      return this.offer(visit, client, bundle, slice);
    }
  }

  private bundle(visit: Visit, client: Client, nowMs: number): Resources | undefined {
    const { bundles } = this.context;
    const { agent } = visit;
    if (bundles.hiddenBy(agent, client)) return undefined;
    const takeable = bundles.takeable(agent, client, this.run);
    const isFair = this.stage === "FAIR";
    const bundle = isFair
      ? bundles.fairPart(takeable, client)
      : bundles.guaranteedPart(takeable, client);
    if (isFair && bundle !== takeable) visit.blockedByQuota = true;
    if (!bundle || !bundles.isEnough(bundle, client.minimum)) return undefined;
    const keptUntilMs = agent.keptUntil(client, bundle, nowMs);
    if (keptUntilMs === 0) return bundle;
    visit.keptUntil(keptUntilMs);
    return undefined;
  }

  private offer(visit: Visit, client: Client, bundle: Resources, slice: Slice): void {
    const { agent } = visit;
    const { framework, role } = client;
    slice.budget -= OFFER_COST;
    const resources = role.allocate(bundle);
    if (bundle.hasShared) {
      agent.sharedOffers ??= new SharedOffers();
      agent.sharedOffers.begin(framework.id, bundle.shared(), this.run);
    }
    const { version } = agent;
    this.context.holdings.give(agent, framework.id, resources, bundle);
    visit.offered(version);
    slice.allocations.push({
      frameworkId: framework.id,
      role: role.name,
      agentId: agent.id,
      resources,
    });
  }
}
