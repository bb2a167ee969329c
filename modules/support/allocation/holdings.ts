import type { FrameworkId } from "../../../core/base/ids.js";
import type { ResourceIdentity } from "../../../core/resources/identity.js";
import type { ResourceQuantities } from "../../../core/resources/quantities.js";
import { Resources } from "../../../core/resources/resources.js";
import type { AgentState } from "./agent-state.js";
import type { Client, FrameworkState } from "./framework-state.js";
import type { QuotaLedger } from "./quota-ledger.js";
import type { RoleTable } from "./role-table.js";

/**
 * Who holds what: keeps agents, sorters and quotas in step. What a framework holds that is not known (yet) keeps the agent
 * from offering it, and counts for no role until the framework is added.
 */
export class Holdings {
  /** Where frameworks that are not known hold something. */
  private readonly strangers = new Map<FrameworkId, Set<AgentState>>();

  constructor(
    private readonly frameworks: ReadonlyMap<FrameworkId, FrameworkState>,
    private readonly roles: RoleTable,
    private readonly quotas: QuotaLedger,
  ) {}

  /** The framework gets `resources`, which carry allocation info. */
  give(
    agent: AgentState,
    frameworkId: FrameworkId,
    resources: Resources,
    bare = resources.unallocate(),
  ): void {
    if (resources.isEmpty) return;
    const before = agent.held.get(frameworkId) ?? Resources.empty;
    const { available } = agent;
    agent.give(frameworkId, before.plus(resources), bare);
    this.quotas.availableChanged(available, agent.available);
    const framework = this.frameworks.get(frameworkId);
    if (framework) this.count(agent, framework, resources, before);
    else this.addStranger(agent, frameworkId);
  }

  /** @throws AssertionError when the framework does not hold them. */
  takeBack(agent: AgentState, frameworkId: FrameworkId, resources: Resources): void {
    const before = agent.held.get(frameworkId);
    if (!before) return;
    const after = before.minus(resources);
    const { available } = agent;
    agent.takeBack(frameworkId, after, resources.unallocate());
    this.quotas.availableChanged(available, agent.available);
    const framework = this.frameworks.get(frameworkId);
    if (framework) {
      if (after.isEmpty) framework.agents.delete(agent);
      this.discount(agent, framework, resources, after);
    } else if (after.isEmpty) this.removeStranger(agent, frameworkId);
  }

  /** A framework is added: what it holds already begins to count. */
  adopt(framework: FrameworkState): void {
    const agents = this.strangers.get(framework.id) ?? [];
    this.strangers.delete(framework.id);
    for (const agent of agents) {
      const held = agent.held.get(framework.id);
      if (held) this.count(agent, framework, held, Resources.empty);
    }
    this.quotas.adopted();
  }

  /** A framework is removed: what it still holds keeps agents from offering it, and counts no more. */
  disown(framework: FrameworkState): void {
    for (const agent of [...framework.agents]) {
      this.leave(agent, framework);
      this.addStranger(agent, framework.id);
    }
  }

  /** An agent is removed, and with it what is held there. */
  removeAgent(agent: AgentState): void {
    for (const frameworkId of agent.held.keys()) {
      const framework = this.frameworks.get(frameworkId);
      if (framework) this.leave(agent, framework);
      else this.removeStranger(agent, frameworkId);
    }
  }

  private leave(agent: AgentState, framework: FrameworkState): void {
    const held = agent.held.get(framework.id) ?? Resources.empty;
    framework.agents.delete(agent);
    this.discount(agent, framework, held, Resources.empty);
  }

  private addStranger(agent: AgentState, frameworkId: FrameworkId): void {
    const agents = this.strangers.get(frameworkId);
    if (agents) agents.add(agent);
    else this.strangers.set(frameworkId, new Set([agent]));
  }

  private removeStranger(agent: AgentState, frameworkId: FrameworkId): void {
    const agents = this.strangers.get(frameworkId);
    agents?.delete(agent);
    if (agents?.size === 0) this.strangers.delete(frameworkId);
  }

  /** `rest` is what else the framework holds there. */
  private count(
    agent: AgentState,
    framework: FrameworkState,
    resources: Resources,
    rest: Resources,
  ): void {
    framework.agents.add(agent);
    eachAllocation(resources, (role, part) => {
      const client = this.roles.client(framework, role);
      const [own, roles] = fairQuantities(agent, client, part, rest);
      this.roles.allocated(client, own, roles);
      this.quotas.held(client.role.top, part, 1);
    });
  }

  private discount(
    agent: AgentState,
    framework: FrameworkState,
    resources: Resources,
    rest: Resources,
  ): void {
    eachAllocation(resources, (role, part) => {
      const client = this.roles.client(framework, role);
      const [own, roles] = fairQuantities(agent, client, part, rest);
      this.roles.unallocated(client, own, roles);
      this.quotas.held(client.role.top, part, -1);
      if (!client.isSubscribed && !holdsIn(framework, role)) this.roles.removeClient(client);
    });
  }
}

/** Mostly, all is allocated to one role. */
function eachAllocation(
  resources: Resources,
  visit: (role: string, part: Resources) => void,
): void {
  const { allocationRole } = resources;
  if (allocationRole !== undefined) visit(allocationRole, resources);
  else for (const [role, part] of resources.allocations()) visit(role, part);
}

/** Whether the framework holds anything in the role, on any agent. */
export function holdsIn(framework: FrameworkState, role: string): boolean {
  for (const { held } of framework.agents) {
    const identities = held.get(framework.id)?.identities ?? [];
    if (identities.some(({ allocationRole }) => allocationRole === role)) return true;
  }
  return false;
}

/** What counts towards the framework's share and the role's: of a shared volume, the first copy alone. */
function fairQuantities(
  agent: AgentState,
  { framework }: Client,
  part: Resources,
  rest: Resources,
): readonly [own: ResourceQuantities, roles: ResourceQuantities] {
  if (!part.hasShared) return [part.quantities(), part.quantities()];
  const others = [...agent.held].filter(([id]) => id !== framework.id).map(([, held]) => held);
  const own = (one: ResourceIdentity) => !one.shared || !rest.has(one);
  return [
    part.filter(own).quantities(),
    part
      .filter((one) => own(one) && !(one.shared && others.some((held) => held.has(one))))
      .quantities(),
  ];
}
