import type { AgentId, FrameworkId } from "../../../core/base/ids.js";
import type { AllocatorOptions } from "../../../core/contracts/allocator.js";
import type { SorterFactory } from "../../../core/contracts/sorter.js";
import type { AgentState } from "./agent-state.js";
import { Agents } from "./agents.js";
import { AllocationRun } from "./allocation-run.js";
import { Bundles } from "./bundles.js";
import { Candidates } from "./candidates.js";
import type { FrameworkState } from "./framework-state.js";
import { Frameworks } from "./frameworks.js";
import { Holdings } from "./holdings.js";
import { InverseOffers } from "./inverse-offers.js";
import { QuotaLedger } from "./quota-ledger.js";
import { RoleTable } from "./role-table.js";
import { TopRoles } from "./top-roles.js";

/** After a failover, allocation waits for enough of the expected agents, and no longer than until then. */
export interface RecoveryPause {
  readonly expectedAgents: number;
  readonly enoughAgents: number;
  readonly untilMs: number;
}

/** All that an allocator knows, and the parts that keep it. */
export class AllocatorState {
  readonly agentStates = new Map<AgentId, AgentState>();
  /** The agents that have anything to offer. */
  readonly offerable = new Set<AgentState>();
  readonly frameworkStates = new Map<FrameworkId, FrameworkState>();
  readonly tops = new TopRoles();
  readonly roles: RoleTable;
  readonly quotas: QuotaLedger;
  readonly holdings: Holdings;
  readonly bundles: Bundles;
  readonly run: AllocationRun;
  readonly candidates = new Candidates();
  readonly inverseOffers: InverseOffers;
  readonly frameworks: Frameworks;
  readonly agents: Agents;
  pause: RecoveryPause | undefined;

  constructor(
    readonly options: AllocatorOptions,
    sorters: SorterFactory,
  ) {
    const { fairnessExcludedResources: excludedResources, random } = options;
    const { agentStates, frameworkStates, tops } = this;
    this.roles = new RoleTable(sorters, { excludedResources, random }, tops);
    const { minAllocatableResources } = options;
    this.quotas = new QuotaLedger(agentStates, frameworkStates, tops, minAllocatableResources);
    this.holdings = new Holdings(frameworkStates, this.roles, this.quotas);
    this.bundles = new Bundles(options, this.quotas);
    this.run = new AllocationRun(this);
    this.inverseOffers = new InverseOffers(frameworkStates);
    this.frameworks = new Frameworks(frameworkStates, agentStates, this.roles, this.holdings);
    this.agents = new Agents(agentStates, this.offerable, this.roles, this.quotas, this.holdings);
  }

  /** The pause, unless it is over by then. */
  pauseAt(nowMs: number): RecoveryPause | undefined {
    const { pause } = this;
    if (!pause || nowMs >= pause.untilMs) return undefined;
    return this.agentStates.size < pause.enoughAgents ? pause : undefined;
  }
}
