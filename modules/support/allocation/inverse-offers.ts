import type { FrameworkId } from "../../../core/base/ids.js";
import type { InverseAllocation, InverseOfferResponse } from "../../../core/contracts/allocator.js";
import type { AgentState } from "./agent-state.js";
import type { FrameworkState } from "./framework-state.js";

/** Of one agent that will be unavailable. */
interface Maintenance {
  readonly responses: Map<FrameworkId, InverseOfferResponse>;
  readonly outstanding: Set<FrameworkId>;
  /** Until when a framework is not asked again. */
  readonly filters: Map<FrameworkId, number>;
}

/** Asks the frameworks that hold something on an agent to leave it before its maintenance, and keeps their answers. */
export class InverseOffers {
  private readonly byAgent = new Map<AgentState, Maintenance>();

  constructor(private readonly frameworks: ReadonlyMap<FrameworkId, FrameworkState>) {}

  /** The schedule has changed: what was asked and answered before is void. */
  reset(agent: AgentState): void {
    this.byAgent.delete(agent);
    if (!agent.unavailability) return;
    const maintenance = {
      responses: new Map(),
      outstanding: new Set<string>(),
      filters: new Map(),
    };
    this.byAgent.set(agent, maintenance);
  }

  remove(agent: AgentState): void {
    this.byAgent.delete(agent);
  }

  forget(frameworkId: FrameworkId): void {
    for (const { outstanding, filters } of this.byAgent.values()) {
      outstanding.delete(frameworkId);
      filters.delete(frameworkId);
    }
  }

  answer(
    agent: AgentState,
    response: InverseOfferResponse,
    filteredUntilMs: number | undefined,
  ): void {
    const maintenance = this.byAgent.get(agent);
    if (!maintenance) return;
    const { frameworkId } = response;
    maintenance.outstanding.delete(frameworkId);
    if (response.status !== "UNKNOWN") maintenance.responses.set(frameworkId, response);
    if (filteredUntilMs !== undefined) maintenance.filters.set(frameworkId, filteredUntilMs);
  }

  responses(agent: AgentState): readonly InverseOfferResponse[] {
    return [...(this.byAgent.get(agent)?.responses.values() ?? [])];
  }

  /** The inverse offers that are due; they are outstanding from then on. */
  take(nowMs: number): readonly InverseAllocation[] {
    const due: InverseAllocation[] = [];
    for (const [agent, maintenance] of this.byAgent) {
      const { unavailability } = agent;
      if (!unavailability) continue;
      for (const frameworkId of agent.held.keys()) {
        if (!this.isDue(maintenance, frameworkId, nowMs)) continue;
        maintenance.outstanding.add(frameworkId);
        due.push({ frameworkId, agentId: agent.id, unavailability });
      }
    }
    return due;
  }

  private isDue({ outstanding, filters }: Maintenance, frameworkId: FrameworkId, nowMs: number) {
    if (!this.frameworks.get(frameworkId)?.isActive || outstanding.has(frameworkId)) return false;
    return (filters.get(frameworkId) ?? 0) <= nowMs;
  }
}
