import type { AgentId, FrameworkId } from "../../../core/base/ids.js";
import type { AllocatorFramework } from "../../../core/contracts/allocator.js";
import type { Resources } from "../../../core/resources/resources.js";
import type { AgentState } from "./agent-state.js";
import { type Client, FrameworkState, termsOf } from "./framework-state.js";
import { type Holdings, holdsIn } from "./holdings.js";
import type { RoleTable } from "./role-table.js";

/** The frameworks' coming and going, and what they subscribe to. */
export class Frameworks {
  constructor(
    private readonly frameworks: Map<FrameworkId, FrameworkState>,
    private readonly agents: ReadonlyMap<AgentId, AgentState>,
    private readonly roles: RoleTable,
    private readonly holdings: Holdings,
  ) {}

  /** What an agent has told that it holds is counted now; what only `used` tells is taken from the agent as well. */
  add(
    frameworkId: FrameworkId,
    framework: AllocatorFramework,
    used: ReadonlyMap<AgentId, Resources>,
    isActive: boolean,
  ): void {
    const state = new FrameworkState(frameworkId, isActive);
    this.frameworks.set(frameworkId, state);
    this.subscribe(state, framework);
    this.holdings.adopt(state);
    for (const [agentId, resources] of used) {
      const agent = this.agents.get(agentId);
      if (agent && !agent.held.has(frameworkId)) this.holdings.give(agent, frameworkId, resources);
    }
  }

  update(frameworkId: FrameworkId, framework: AllocatorFramework): void {
    const state = this.frameworks.get(frameworkId);
    if (state) this.subscribe(state, framework);
  }

  private subscribe(state: FrameworkState, framework: AllocatorFramework): void {
    state.update(framework);
    const subscribed = new Set(framework.roles);
    for (const role of subscribed) {
      const client = this.roles.client(state, role);
      client.isSubscribed = true;
      client.isSuppressed = framework.suppressedRoles.has(role);
      this.roles.setTerms(client, termsOf(framework, role));
      this.roles.refresh(client);
    }
    for (const [role, client] of [...state.clients]) {
      if (subscribed.has(role)) continue;
      client.isSubscribed = false;
      this.roles.forgetFilters(client);
      this.roles.refresh(client);
      if (!holdsIn(state, role)) this.roles.removeClient(client);
    }
  }

  remove(frameworkId: FrameworkId): void {
    const state = this.frameworks.get(frameworkId);
    if (!state) return;
    this.holdings.disown(state);
    for (const client of [...state.clients.values()]) this.roles.removeClient(client);
    this.frameworks.delete(frameworkId);
  }

  setActive(frameworkId: FrameworkId, isActive: boolean): void {
    const state = this.frameworks.get(frameworkId);
    if (!state) return;
    state.isActive = isActive;
    for (const client of state.clients.values()) {
      this.roles.refresh(client);
      if (!isActive) this.roles.forgetFilters(client);
    }
  }

  suppress(frameworkId: FrameworkId, roles: readonly string[]): void {
    for (const client of this.clients(frameworkId, roles)) {
      client.isSuppressed = true;
      this.roles.refresh(client);
    }
  }

  revive(frameworkId: FrameworkId, roles: readonly string[]): void {
    for (const client of this.clients(frameworkId, roles)) {
      client.isSuppressed = false;
      this.roles.forgetFilters(client);
      this.roles.refresh(client);
    }
  }

  /** In these roles, or in all if none is named. */
  private clients(frameworkId: FrameworkId, roles: readonly string[]): readonly Client[] {
    const all = [...(this.frameworks.get(frameworkId)?.clients.values() ?? [])];
    return roles.length === 0 ? all : all.filter(({ role }) => roles.includes(role.name));
  }
}
