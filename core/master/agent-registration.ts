import { extend } from "../base/extend.js";
import type { AgentId, ConnectionId } from "../base/ids.js";
import type { RegistryOperation } from "../contracts/registry-store.js";
import type { ReconcileTask } from "../protocol/agent-protocol.js";
import type { v1 } from "../protocol/v1.js";
import { withCheckpointed } from "../resources/checkpointed.js";
import { Resources } from "../resources/resources.js";
import { usedByFramework } from "./accounting.js";
import type { AgentLoss } from "./agent-loss.js";
import type { AgentReconciliation } from "./agent-reconciliation.js";
import type { Agents } from "./agents.js";
import type { MasterContext } from "./master-context.js";
import type { Agent } from "./master-state.js";
import type { Offers } from "./offers.js";
import type { Operations } from "./operations.js";
import type { Registrar } from "./registrar.js";
import { agentProblem, type Register, type Reregister } from "./validation/agent.js";

/** Over which connection an agent asks; it may be gone again by the time the registry has answered. */
export interface AgentOrigin {
  readonly connection: ConnectionId;
  readonly remoteAddress: string;
}
interface Candidate extends AgentOrigin {
  readonly message: Reregister;
  /** Whether its connection still stands. */
  open: boolean;
}

export interface RegistrationParts {
  readonly registrar: Registrar;
  readonly agents: Agents;
  readonly loss: AgentLoss;
  readonly offers: Offers;
  readonly reconciliation: AgentReconciliation;
  readonly operations: Operations;
}

/**
 * Agents coming in: new ones get an id, known ones bring their tasks back. The agent is the truth about its tasks and
 * executors; nothing is visible before the registry has admitted it.
 */
export class AgentRegistration {
  private nextAgentId = 0;
  /** New agents whose admission is being written, by connection. */
  private readonly registering = new Set<ConnectionId>();
  /** Returning agents whose admission is being written, with the latest they said. */
  private readonly returning = new Map<AgentId, Candidate>();
  /** Who has connected from an address and port; some may be elsewhere by now. */
  private readonly byAddress = new Map<string, Set<AgentId>>();

  constructor(
    private readonly context: MasterContext,
    private readonly parts: RegistrationParts,
  ) {
    parts.loss.onForgotten.push((agent) => this.forgetAddress(agent));
  }

  /** Whether the registry is being told that it is back. */
  isReturning(agentId: AgentId): boolean {
    return this.returning.has(agentId);
  }

  onRegister(origin: AgentOrigin, message: Register): void {
    const { context, parts } = this;
    context.count("messages_register_slave");
    const known = parts.agents.on(origin.connection);
    if (known !== undefined) return this.acknowledge(known);
    if (this.registering.has(origin.connection)) return;
    const problem = agentProblem(message, context.settings);
    if (problem !== undefined) return this.refuse(origin, problem);
    this.registering.add(origin.connection);
    const id = `${context.settings.masterInfo.id}-S${this.nextAgentId++}`;
    const info = extend(message.agentInfo, { id: { value: id } });
    parts.registrar.persist([{ collection: "agents", key: id, value: { info } }], () => {
      context.count("slave_registrations");
      this.replaceAt(origin.remoteAddress, info);
      const agent = this.add(info, message, origin.remoteAddress);
      context.allocator.addAgent(id, this.toAllocatorAgent(agent), new Map(), context.nowMs);
      this.settle(agent, origin, this.registering.delete(origin.connection));
      context.log("info", "agent registered", { agentId: id, hostname: info.hostname });
      this.acknowledge(agent);
    });
  }

  onReregister(origin: AgentOrigin, message: Reregister): void {
    const { context, parts } = this;
    context.count("messages_reregister_slave");
    const problem = agentProblem(message, context.settings);
    if (problem !== undefined) return this.refuse(origin, problem);
    const info = message.agentInfo;
    const id = info.id?.value as AgentId;
    if (parts.loss.isLeaving(id)) return;
    const registered = parts.agents.on(origin.connection);
    if (registered !== undefined) return this.repeat(registered, origin, id);
    const candidate = { ...origin, message, open: true };
    if (this.returning.has(id)) {
      this.returning.set(id, candidate);
      return;
    }
    const stop = this.shutdownReason(id, info);
    if (stop !== undefined) return this.shutDown(origin, id, stop);
    const records = this.admissionRecords(id, info);
    this.returning.set(id, candidate);
    if (records.length === 0) return this.admit(id);
    parts.registrar.persist(records, () => this.admit(id));
  }

  /**
   * The agent has asked again before it heard the answer, which is under way. What it says of itself is older than what
   * it has been sent since on this connection: nothing must be made of what it does not name.
   */
  private repeat(agent: Agent, origin: AgentOrigin, id: AgentId): void {
    if (agent.id !== id)
      return this.refuse(origin, `agentInfo.id: this is the connection of agent ${agent.id}`);
    this.acknowledgeReturn(agent, []);
  }

  /** A connection that ends before the registry has answered: the agent is admitted all the same, disconnected. */
  onDisconnected(connection: ConnectionId): void {
    this.registering.delete(connection);
    for (const candidate of this.returning.values())
      if (candidate.connection === connection) candidate.open = false;
  }

  private refuse({ connection }: AgentOrigin, message: string): void {
    this.context.log("warn", "agent refused", { connection, message });
    this.context.push({ type: "DISCONNECT", connection, reason: "MALFORMED", message });
  }

  private shutdownReason(id: AgentId, info: v1.AgentInfo): string | undefined {
    if (this.context.state.goneAgents.has(id)) return "this agent was marked gone";
    const known = this.context.state.agents.get(id);
    if (known !== undefined && known.info.hostname !== info.hostname)
      return `agent ${id} changed its hostname from ${known.info.hostname} to ${info.hostname}`;
    return undefined;
  }

  private shutDown({ connection }: AgentOrigin, agentId: AgentId, message: string): void {
    this.context.log("warn", "agent told to shut down", { agentId, message });
    this.context.push({
      type: "SEND",
      connection,
      message: { type: "SHUTDOWN_AGENT", message },
    });
  }

  /** A new agent at the address of another one means that the other is no more. */
  private replaceAt(remoteAddress: string, info: v1.AgentInfo): void {
    const address = addressOf({ remoteAddress, info });
    const there = this.byAddress.get(address) ?? [];
    this.byAddress.delete(address);
    for (const id of there) {
      const agent = this.context.state.agents.get(id);
      if (agent?.remoteAddress === remoteAddress && agent.info.port === info.port)
        this.parts.loss.remove(agent, "A new agent registered at its address", "registered");
    }
  }

  private noteAddress(agent: Agent): void {
    const address = addressOf(agent);
    const there = this.byAddress.get(address);
    if (there) there.add(agent.id);
    else this.byAddress.set(address, new Set([agent.id]));
  }

  private forgetAddress(agent: Agent): void {
    const address = addressOf(agent);
    const there = this.byAddress.get(address);
    there?.delete(agent.id);
    if (there?.size === 0) this.byAddress.delete(address);
  }

  private admissionRecords(id: AgentId, info: v1.AgentInfo): readonly RegistryOperation[] {
    const { state } = this.context;
    const admitted = state.agents.get(id)?.info ?? state.recoveredAgents.get(id);
    const records: RegistryOperation[] = [];
    if (admitted === undefined || JSON.stringify(admitted) !== JSON.stringify(info))
      records.push({ collection: "agents", key: id, value: { info } });
    if (state.unreachableAgents.has(id))
      records.push({ collection: "unreachable", key: id, value: undefined });
    return records;
  }

  private admit(id: AgentId): void {
    const { context, parts } = this;
    const { state } = context;
    const { message, open, ...origin } = this.returning.get(id) as Candidate;
    this.returning.delete(id);
    context.count("slave_reregistrations");
    const wasUnreachable = parts.loss.forgetUnreachable(id);
    state.recoveredAgents.delete(id);
    const known = state.agents.get(id);
    const agent = known ?? this.add(message.agentInfo, message, origin.remoteAddress);
    if (known !== undefined) {
      parts.offers.rescindAll(known);
      context.allocator.removeAgent(id);
      this.takeOver(known, message);
    }
    agent.reregisteredTimeMs = context.nowMs;
    this.shutDownCompleted(origin, message);
    const { missing, duplicates } = parts.reconciliation.merge(agent, message, known !== undefined);
    parts.operations.merge(agent, message.operations);
    const used = usedByFramework(agent);
    context.allocator.addAgent(id, this.toAllocatorAgent(agent), used, context.nowMs);
    this.settle(agent, origin, open);
    this.acknowledgeReturn(agent, missing);
    parts.reconciliation.sendKills(agent, duplicates);
    if (wasUnreachable) parts.reconciliation.tellReachable(agent);
    context.log("info", "agent reregistered", { agentId: id, tasks: message.tasks.length });
  }

  private add(info: v1.AgentInfo, message: Register | Reregister, remoteAddress: string): Agent {
    const agent: Agent = {
      id: info.id?.value as AgentId,
      info,
      version: message.version,
      capabilities: message.capabilities,
      total: totalOf(info, message.checkpointedResources),
      resourceVersion: message.resourceVersion,
      connection: undefined,
      remoteAddress,
      active: false,
      deactivated: false,
      generation: -1,
      missedPings: 0,
      observation: -1,
      registeredTimeMs: this.context.nowMs,
      reregisteredTimeMs: undefined,
      tasks: new Map(),
      executors: new Map(),
      offers: new Map(),
      operations: new Map(),
    };
    this.context.state.agents.set(agent.id, agent);
    this.parts.agents.observe(agent);
    return agent;
  }

  private takeOver(agent: Agent, message: Reregister): void {
    agent.info = message.agentInfo;
    agent.version = message.version;
    agent.capabilities = message.capabilities;
    agent.total = totalOf(message.agentInfo, message.checkpointedResources);
    agent.resourceVersion = message.resourceVersion;
  }

  /** Connects the agent, unless its connection has ended while the registry was written. */
  private settle(agent: Agent, origin: AgentOrigin, open: boolean): void {
    if (open) this.parts.agents.connect(agent, origin.connection, origin.remoteAddress);
    else {
      agent.active = false;
      this.context.allocator.deactivateAgent(agent.id);
    }
    this.noteAddress(agent);
  }

  private acknowledge(agent: Agent): void {
    const { pingTimeoutMs } = this;
    this.context.send(agent, { type: "AGENT_REGISTERED", agentId: agent.id, pingTimeoutMs });
  }

  private acknowledgeReturn(agent: Agent, reconcile: readonly ReconcileTask[]): void {
    const { pingTimeoutMs } = this;
    const { id: agentId } = agent;
    this.context.send(agent, { type: "AGENT_REREGISTERED", agentId, pingTimeoutMs, reconcile });
  }

  private get pingTimeoutMs(): number {
    const { agentPingTimeoutMs, maxAgentPingTimeouts } = this.context.settings;
    return agentPingTimeoutMs * maxAgentPingTimeouts;
  }

  private toAllocatorAgent({ info, capabilities, total }: Agent) {
    return {
      info,
      capabilities: new Set(capabilities.map(({ type }) => type ?? "UNKNOWN")),
      total,
    };
  }

  private shutDownCompleted({ connection }: AgentOrigin, message: Reregister): void {
    for (const { frameworkInfo } of message.frameworks) {
      const frameworkId = frameworkInfo.id?.value ?? "";
      if (!this.context.state.completedFrameworks.has(frameworkId)) continue;
      this.context.push({
        type: "SEND",
        connection,
        message: { type: "SHUTDOWN_FRAMEWORK", frameworkId },
      });
    }
  }
}

/** What an agent has, reservations and volumes applied; it was seen before that they fit. */
function totalOf(info: v1.AgentInfo, checkpointed: readonly v1.Resource[]): Resources {
  const configured = Resources.fromWire(info.resources);
  return withCheckpointed(configured, checkpointed) ?? configured;
}

function addressOf({ remoteAddress, info }: Pick<Agent, "remoteAddress" | "info">): string {
  return `${remoteAddress} ${info.port}`;
}
