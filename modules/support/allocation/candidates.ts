import type { AgentState } from "./agent-state.js";
import type { AllocatorState } from "./allocator-state.js";

/** The agents that the next run is to look at: each event adds some, and one run takes them all. */
export class Candidates {
  private readonly some = new Set<AgentState>();
  private all = false;

  get isEmpty(): boolean {
    return !this.all && this.some.size === 0;
  }
  add(agent: AgentState): void {
    this.some.add(agent);
  }
  addAll(): void {
    this.all = true;
  }

  /** Those that it could make a difference to look at. */
  take(state: AllocatorState, nowMs: number): AgentState[] {
    const { epoch } = state.roles;
    const { growth } = state.quotas;
    const worth: AgentState[] = [];
    for (const agent of this.all ? state.offerable : this.some) {
      if (agent.isWorthVisiting(epoch, growth, nowMs)) worth.push(agent);
    }
    this.all = false;
    this.some.clear();
    return worth;
  }
}
