import { type Random, shuffle } from "../../../core/base/random.js";
import type { Allocation } from "../../../core/contracts/allocator.js";
import { Resources } from "../../../core/resources/resources.js";
import type { AgentState } from "./agent-state.js";
import type { Bundles } from "./bundles.js";
import type { Client } from "./framework-state.js";
import type { Holdings } from "./holdings.js";
import type { QuotaLedger } from "./quota-ledger.js";
import type { RoleTable } from "./role-table.js";

/** What a run works with. */
export interface RunContext {
  readonly bundles: Bundles;
  readonly holdings: Holdings;
  readonly quotas: QuotaLedger;
  readonly roles: RoleTable;
  readonly options: { readonly random: Random };
}

/** A slice's means and results. */
export interface Slice {
  readonly nowMs: number;
  /** How many more pairs may be examined. */
  budget: number;
  readonly allocations: Allocation[];
}

/**
 * Runs over candidate agents, at most one at a time: first towards unsatisfied guarantees, then for everyone. A visit of an
 * agent looks at each client once, in the order of the sorters; after an offer the order is asked for anew. A slice may
 * end anywhere, and the next one goes on from there with whatever the state is then.
 */
export class AllocationRun {
  private stage: "GUARANTEES" | "FAIR" | "DONE" = "DONE";
  private agents: AgentState[] = [];
  private next = 0;
  private run = 0;
  private visit = 0;
  private isVisiting = false;
  /** Of the current visit: the first filter in the way to end, and whether a quota was in the way. */
  private untilMs = Number.POSITIVE_INFINITY;
  private blockedByQuota = false;

  constructor(private readonly context: RunContext) {}

  get inProgress(): boolean {
    return this.stage !== "DONE";
  }

  begin(agents: AgentState[]): void {
    this.run++;
    this.agents = agents;
    this.enter(this.context.quotas.isOn ? "GUARANTEES" : "FAIR");
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
    if (!this.isVisiting) {
      this.visit++;
      this.isVisiting = true;
      this.untilMs = Number.POSITIVE_INFINITY;
      this.blockedByQuota = false;
    }
    while (this.isWorthShowing(agent)) {
      const pass = this.pass(agent, slice);
      if (pass === "SUSPENDED") return false;
      if (pass === "EXHAUSTED") break;
    }
    this.isVisiting = false;
    if (this.stage === "FAIR") this.settle(agent);
    return true;
  }

  private isWorthShowing(agent: AgentState): boolean {
    if (!agent.isPresent || !agent.isActive || !agent.isWhitelisted) return false;
    const { bundles, roles } = this.context;
    return roles.ownMinimums > 0 ? !agent.available.isEmpty : bundles.isEnough(agent.available);
  }

  private settle(agent: AgentState): void {
    if (agent.available.hasShared) return;
    const { roles, quotas } = this.context;
    agent.settle({
      epoch: roles.epoch,
      untilMs: this.untilMs,
      quotaGrowth: this.blockedByQuota ? quotas.growth : undefined,
    });
  }

  /** Looks at the clients not looked at in this visit yet, up to the first that is offered something. */
  private pass(agent: AgentState, slice: Slice): "OFFERED" | "EXHAUSTED" | "SUSPENDED" {
    const { roles, quotas } = this.context;
    for (const name of roles.served()) {
      const role = roles.role(name);
      if (role.visit === this.visit) continue;
      if (this.stage === "GUARANTEES" && quotas.isSatisfied(role.top)) continue;
      for (const frameworkId of roles.servedIn(role)) {
        const client = role.clients.get(frameworkId) as Client;
        if (client.visit === this.visit) continue;
        if (slice.budget <= 0) return "SUSPENDED";
        slice.budget--;
        client.visit = this.visit;
        const bundle = this.bundle(agent, client, slice.nowMs);
        if (!bundle) continue;
        this.offer(agent, client, bundle, slice);
        return "OFFERED";
      }
      role.visit = this.visit;
    }
    return "EXHAUSTED";
  }

  private bundle(agent: AgentState, client: Client, nowMs: number): Resources | undefined {
    const { bundles } = this.context;
    if (bundles.hiddenBy(agent, client)) return undefined;
    const takeable = bundles.takeable(agent, client, this.run);
    const isFair = this.stage === "FAIR";
    const bundle = isFair
      ? bundles.fairPart(takeable, client)
      : bundles.guaranteedPart(takeable, client);
    if (isFair && bundle !== takeable) this.blockedByQuota = true;
    if (!bundle || !bundles.isEnough(bundle, client.minimum)) return undefined;
    const { slot, generation } = client;
    const keptUntilMs = agent.filters.keptUntil(slot, generation, bundle, nowMs);
    if (keptUntilMs === 0) return bundle;
    if (keptUntilMs < this.untilMs) this.untilMs = keptUntilMs;
    return undefined;
  }

  private offer(agent: AgentState, client: Client, bundle: Resources, slice: Slice): void {
    const { framework, role } = client;
    const resources = bundle.allocate(role.name);
    if (bundle.hasShared) {
      const before = agent.sharedOfferedInRun === this.run ? agent.sharedOffered : Resources.empty;
      agent.sharedOffered = before.plus(bundle.shared());
      agent.sharedOfferedInRun = this.run;
    }
    this.context.holdings.give(agent, framework.id, resources, bundle);
    slice.allocations.push({
      frameworkId: framework.id,
      role: role.name,
      agentId: agent.id,
      resources,
    });
  }
}
