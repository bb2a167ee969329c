import type { AgentId, ConnectionId } from "../base/ids.js";
import type { AgentLoss } from "./agent-loss.js";
import type { MasterContext } from "./master-context.js";
import type { Agent } from "./master-state.js";
import type { Offers } from "./offers.js";

/** The connections of registered agents, and the pings that tell which of them still answer. */
export class Agents {
  private readonly byConnection = new Map<ConnectionId, Agent>();
  private nextObservation = 0;
  private nextGeneration = 0;

  constructor(
    private readonly context: MasterContext,
    private readonly offers: Offers,
    private readonly loss: AgentLoss,
  ) {
    loss.onForgotten.push(({ connection }) => {
      if (connection !== undefined) this.byConnection.delete(connection);
    });
  }

  /** The agent behind a connection, once it has registered over it. */
  on(connection: ConnectionId): Agent | undefined {
    return this.byConnection.get(connection);
  }

  /** A registration over `connection` has succeeded: an older connection of the same agent ends. */
  connect(agent: Agent, connection: ConnectionId, remoteAddress: string): void {
    const { context } = this;
    if (agent.connection !== undefined && agent.connection !== connection) {
      this.byConnection.delete(agent.connection);
      context.push({
        type: "DISCONNECT",
        connection: agent.connection,
        reason: "REPLACED",
        message: "the agent has registered over another connection",
      });
    }
    agent.connection = connection;
    agent.remoteAddress = remoteAddress;
    agent.generation = this.nextGeneration++;
    agent.missedPings = 0;
    this.byConnection.set(connection, agent);
    this.activate(agent);
  }

  private activate(agent: Agent): void {
    const { allocator } = this.context;
    agent.active = !agent.deactivated;
    if (agent.active) allocator.activateAgent(agent.id);
    else allocator.deactivateAgent(agent.id);
  }

  /**
   * A broken connection is not a lost agent: it gets no offers, its tasks are left alone, and either it registers again
   * or the pings it does not answer make it unreachable.
   */
  onDisconnected(connection: ConnectionId): void {
    const agent = this.byConnection.get(connection);
    if (agent === undefined) return;
    const { context } = this;
    this.byConnection.delete(connection);
    agent.connection = undefined;
    agent.active = false;
    context.allocator.deactivateAgent(agent.id);
    this.offers.rescindAll(agent);
    const generation = (agent.generation = this.nextGeneration++);
    context.timer(
      { type: "AGENT_REREGISTER_TIMEOUT", agentId: agent.id, generation },
      context.settings.agentReregisterTimeoutMs,
    );
    context.log("info", "agent disconnected", { agentId: agent.id });
  }

  onReregisterTimeout(agentId: AgentId, generation: number): void {
    const agent = this.context.state.agents.get(agentId);
    if (agent?.generation === generation)
      this.loss.markUnreachable(agent, "it did not register again in time");
  }

  /** Starts a chain of pings at a random point of the interval, so that pings to many agents are spread over it. */
  observe(agent: Agent): void {
    const { context } = this;
    agent.observation = this.nextObservation++;
    this.schedulePing(agent, context.random.integer(context.settings.agentPingTimeoutMs));
  }

  onPing(agentId: AgentId, observation: number): void {
    const { context } = this;
    const agent = context.state.agents.get(agentId);
    if (agent?.observation !== observation) return;
    if (agent.missedPings >= context.settings.maxAgentPingTimeouts) {
      this.loss.markUnreachable(agent, `${agent.missedPings} pings were not answered`);
      return;
    }
    agent.missedPings++;
    context.send(agent, { type: "PING", connected: true });
    this.schedulePing(agent, context.settings.agentPingTimeoutMs);
  }

  onPong(agent: Agent): void {
    agent.missedPings = 0;
  }

  private schedulePing(agent: Agent, delayMs: number): void {
    const { id: agentId, observation } = agent;
    this.context.timer({ type: "PING", agentId, observation }, delayMs);
  }
}
