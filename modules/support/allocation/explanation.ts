import type { AgentId } from "../../../core/base/ids.js";
import type { Explanation, ExplainQuery } from "../../../core/contracts/allocator.js";
import { Resources } from "../../../core/resources/resources.js";
import type { AgentState } from "./agent-state.js";
import type { AllocatorState, RecoveryPause } from "./allocator-state.js";
import type { Client, FrameworkState } from "./framework-state.js";

/** Every rule that may keep a framework from being offered an agent, and what is told of it. */
export const ruleMessages = {
  FRAMEWORK_INACTIVE: "the framework is not connected, or has been deactivated",
  NO_ROLES: "the framework subscribes to no role",
  NOT_SUBSCRIBED:
    "the framework does not subscribe to the role, though it may still hold something in it",
  SUPPRESSED: "the framework has suppressed offers for the role",
  RECOVERING: "after a failover, allocation waits for agents to come back",
  NO_AGENTS: "there is no agent that could be offered",
  AGENT_INACTIVE: "the agent is disconnected, deactivated or draining",
  NOT_WHITELISTED: "the agent's host is not on the whitelist",
  ALLOCATED: "all of the agent but shared volumes is offered or in use",
  HIERARCHICAL_ROLE: "the agent is too old for roles below others",
  GPU_RESOURCES: "the agent has GPUs, and the framework does not have the GPU_RESOURCES capability",
  REGION: "the agent is in another region, and the framework is not REGION_AWARE",
  CONSTRAINT: "the framework's offer constraints exclude the agent",
  RESERVED: "what is left of the agent is reserved for other roles",
  CAPABILITY: "what is left is revocable, shared or refined, and the framework does not take that",
  MINIMUM: "what is left is less than the smallest offer allowed",
  QUOTA_LIMIT: "the role has reached the limit of its quota",
  HEADROOM: "what is left is held back for guarantees of other roles",
  FILTER: "the framework has declined as much of the agent, and its filter is not over",
  FAIR_SHARE: "nothing stands in the way: it is the turn of others with a smaller share",
} as const;
export type Rule = keyof typeof ruleMessages;

const EXAMPLES = 5;

/** Finds, by the rules of a run, what keeps a framework from being offered the agents there are. */
export function explain(state: AllocatorState, query: ExplainQuery, nowMs: number): Explanation {
  const { frameworkId, role } = query;
  const framework = state.frameworkStates.get(frameworkId);
  const agents = agentsOf(state, query.agentId);
  const clients = [...(framework?.clients.values() ?? [])];
  const asked = clients.filter((client) => role === undefined || client.role.name === role);
  const roles = asked.map((client) => ({
    role: client.role.name,
    rules: rulesOf(state, client, agents, nowMs),
  }));
  if (roles.length > 0) return { frameworkId, nowMs, roles };
  const rules = [ruleOfAgents(ruleWithoutClient(framework, role), agents)];
  return { frameworkId, nowMs, roles: [role === undefined ? { rules } : { role, rules }] };
}

function ruleWithoutClient(framework: FrameworkState | undefined, role: string | undefined): Rule {
  if (!framework?.isActive) return "FRAMEWORK_INACTIVE";
  return role === undefined ? "NO_ROLES" : "NOT_SUBSCRIBED";
}

function agentsOf(state: AllocatorState, agentId: AgentId | undefined): readonly AgentState[] {
  if (agentId === undefined) return [...state.agentStates.values()];
  const agent = state.agentStates.get(agentId);
  return agent ? [agent] : [];
}

type RuleOfAgents = Explanation["roles"][number]["rules"][number];

function rulesOf(
  state: AllocatorState,
  client: Client,
  agents: readonly AgentState[],
  nowMs: number,
): readonly RuleOfAgents[] {
  const ofClient = ruleOfClient(client);
  if (ofClient) return [ruleOfAgents(ofClient, agents)];
  const pause = state.pauseAt(nowMs);
  if (pause) return [recovering(pause, state, agents)];
  if (agents.length === 0) return [ruleOfAgents("NO_AGENTS", agents)];
  const byRule = new Map<Rule, Finding[]>();
  for (const agent of agents) {
    const finding = find(state, client, agent, nowMs);
    const others = byRule.get(finding.rule);
    if (others) others.push(finding);
    else byRule.set(finding.rule, [finding]);
  }
  return [...byRule].map(([rule, found]) => {
    const endsMs = found.flatMap(({ untilMs }) => untilMs ?? []);
    const kept = found.map(({ agent }) => agent);
    return { ...ruleOfAgents(rule, kept), ...timesOf(endsMs) };
  });
}

function timesOf(endsMs: readonly number[]): Pick<RuleOfAgents, "untilMs" | "lastUntilMs"> {
  const inOrder = endsMs.toSorted((left, right) => left - right);
  const [untilMs, lastUntilMs] = [inOrder[0], inOrder.at(-1)];
  if (untilMs === undefined || lastUntilMs === undefined) return {};
  return lastUntilMs === untilMs ? { untilMs } : { untilMs, lastUntilMs };
}

function ruleOfAgents(rule: Rule, agents: readonly AgentState[]): RuleOfAgents {
  const examples = agents.slice(0, EXAMPLES).map(({ id }) => id);
  return { rule, message: ruleMessages[rule], agents: agents.length, examples };
}

function recovering(
  { expectedAgents, enoughAgents, untilMs }: RecoveryPause,
  { agentStates }: AllocatorState,
  agents: readonly AgentState[],
): RuleOfAgents {
  const rule = ruleOfAgents("RECOVERING", agents);
  const wait = `${agentStates.size} are there, ${enoughAgents} of ${expectedAgents} are enough`;
  return { ...rule, message: `${rule.message}: ${wait}`, untilMs };
}

function ruleOfClient({ framework, isSubscribed, isSuppressed }: Client): Rule | undefined {
  if (!framework.isActive) return "FRAMEWORK_INACTIVE";
  if (!isSubscribed) return "NOT_SUBSCRIBED";
  return isSuppressed ? "SUPPRESSED" : undefined;
}

/** What keeps an agent from a client, and until when if that ends by itself. */
interface Finding {
  readonly rule: Rule;
  readonly agent: AgentState;
  readonly untilMs?: number;
}

/** The first rule that applies, in the order in which a run asks them. */
function find(state: AllocatorState, client: Client, agent: AgentState, nowMs: number): Finding {
  const { bundles } = state;
  const hidden = ruleOfAgent(agent) ?? bundles.hiddenBy(agent, client);
  if (hidden) return { rule: hidden, agent };
  const takeable = bundles.takeable(agent, client);
  if (!bundles.isEnough(takeable, client.minimum)) {
    return { rule: shortageRule(state, client, agent), agent };
  }
  // Towards its guarantee a role may be offered what headroom for others would keep from it.
  const parts = [bundles.fairPart(takeable, client), bundles.guaranteedPart(takeable, client)];
  const enough = parts
    .filter((part) => part !== undefined)
    .filter((part) => bundles.isEnough(part, client.minimum));
  if (enough.length === 0) return { rule: quotaRule(state, client, takeable), agent };
  const untilMs = Math.min(...enough.map((part) => agent.keptUntil(client, part, nowMs)));
  return untilMs === 0 ? { rule: "FAIR_SHARE", agent } : { rule: "FILTER", agent, untilMs };
}

function ruleOfAgent({ isActive, isWhitelisted, available }: AgentState): Rule | undefined {
  if (!isActive) return "AGENT_INACTIVE";
  if (!isWhitelisted) return "NOT_WHITELISTED";
  return available.isEmpty ? "ALLOCATED" : undefined;
}

/**
 * Why too little can be taken of an agent that has something available. Shared volumes always are, but to a framework
 * that has them on offer already they are as good as gone.
 */
function shortageRule({ bundles }: AllocatorState, client: Client, agent: AgentState): Rule {
  const onOffer = agent.sharedOffers?.outstandingTo(client.framework.id) ?? Resources.empty;
  const available = agent.available.without(onOffer);
  if (available.nonShared().isEmpty) return "ALLOCATED";
  if (!bundles.isEnough(available, client.minimum)) return "MINIMUM";
  const allocatable = available.allocatableTo(client.role.name);
  return bundles.isEnough(allocatable, client.minimum) ? "CAPABILITY" : "RESERVED";
}

function quotaRule({ bundles, quotas }: AllocatorState, client: Client, takeable: Resources): Rule {
  const withinLimit = takeable.atMost(quotas.roomToLimit(client.role.top));
  return bundles.isEnough(withinLimit, client.minimum) ? "HEADROOM" : "QUOTA_LIMIT";
}
