import { unreachable } from "../base/assert.js";
import type { Machine } from "../machine/machine.js";
import type { AgentToMaster } from "../protocol/agent-protocol.js";
import { Acceptor } from "./accept.js";
import { AgentLoss } from "./agent-loss.js";
import { AgentReconciliation } from "./agent-reconciliation.js";
import { AgentRegistration } from "./agent-registration.js";
import { Agents } from "./agents.js";
import { FrameworkRemoval } from "./framework-removal.js";
import { Frameworks } from "./frameworks.js";
import { Launches } from "./launches.js";
import { MasterContext, type MasterParts } from "./master-context.js";
import type { MasterEffect, MasterInput, MasterTimer } from "./master-io.js";
import type { Agent, MasterState } from "./master-state.js";
import { MasterMetrics } from "./metrics.js";
import { Offers } from "./offers.js";
import { Operations } from "./operations.js";
import { OperatorCalls } from "./operator-calls.js";
import { OperatorOperations } from "./operator-operations.js";
import { Quotas } from "./quotas.js";
import { Reconciliation } from "./reconciliation.js";
import { Recovery } from "./recovery.js";
import { Registrar } from "./registrar.js";
import { SchedulerCalls } from "./scheduler-calls.js";
import { Tasks } from "./tasks.js";
import { Weights } from "./weights.js";

type AgentMessage = Extract<MasterInput, { type: "AGENT_MESSAGE" }>;

/** The master's state machine. It only dispatches: what an input means is decided by the part it concerns. */
export class Master implements Machine<MasterInput, MasterEffect> {
  /** For views and simulations to read between two steps. */
  readonly state: MasterState;
  private readonly context: MasterContext;
  private readonly agents: Agents;
  private readonly loss: AgentLoss;
  private readonly recovery: Recovery;
  private readonly registrar: Registrar;
  private readonly registration: AgentRegistration;
  private readonly frameworks: Frameworks;
  private readonly removal: FrameworkRemoval;
  private readonly offers: Offers;
  private readonly operations: Operations;
  private readonly tasks: Tasks;
  private readonly schedulerCalls: SchedulerCalls;
  private readonly operatorCalls: OperatorCalls;

  constructor(parts: MasterParts) {
    this.state = emptyState(parts.settings);
    const context = new MasterContext(parts, this.state);
    this.context = context;
    initializeAllocator(parts);
    const reconciliation = new Reconciliation(context);
    this.registrar = new Registrar(context);
    this.offers = new Offers(context);
    this.operations = new Operations(context);
    this.tasks = new Tasks(context, reconciliation);
    this.frameworks = new Frameworks(context, this.offers);
    this.removal = new FrameworkRemoval(context, {
      frameworks: this.frameworks,
      offers: this.offers,
      tasks: this.tasks,
      operations: this.operations,
    });
    this.loss = new AgentLoss(context, {
      registrar: this.registrar,
      offers: this.offers,
      tasks: this.tasks,
      operations: this.operations,
    });
    this.agents = new Agents(context, this.offers, this.loss);
    this.registration = new AgentRegistration(context, {
      registrar: this.registrar,
      agents: this.agents,
      loss: this.loss,
      offers: this.offers,
      reconciliation: new AgentReconciliation(context, this.frameworks, this.tasks),
      operations: this.operations,
    });
    this.recovery = new Recovery(context, this.registrar, this.loss, this.registration);
    this.operatorCalls = new OperatorCalls(context, {
      removal: this.removal,
      operations: new OperatorOperations(context, this.offers, this.operations),
      quotas: new Quotas(context, this.registrar, this.offers),
      weights: new Weights(context, this.registrar, this.offers),
    });
    this.schedulerCalls = new SchedulerCalls(context, {
      acceptor: new Acceptor(context, {
        offers: this.offers,
        launches: new Launches(context, this.tasks),
        operations: this.operations,
      }),
      frameworks: this.frameworks,
      offers: this.offers,
      operations: this.operations,
      reconciliation,
      removal: this.removal,
      tasks: this.tasks,
    });
  }

  step(input: MasterInput, nowMs: number, effects: MasterEffect[]): void {
    this.context.nowMs = nowMs;
    this.context.effects = effects;
    this.dispatch(input);
    this.offers.queueAllocation();
  }

  private dispatch(input: MasterInput): void {
    switch (input.type) {
      case "ELECTED":
        return this.recovery.onElected(input.epoch, input.registry);
      case "AGENT_MESSAGE":
        return this.onAgentMessage(input);
      case "AGENT_DISCONNECTED":
        this.registration.onDisconnected(input.connection);
        return this.agents.onDisconnected(input.connection);
      case "SCHEDULER_CALL":
        return this.schedulerCalls.onCall(input);
      case "STREAM_CLOSED":
        return this.frameworks.onStreamClosed(input.stream);
      case "OPERATOR_CALL":
        return this.operatorCalls.onCall(input);
      case "PERSISTED":
        return this.registrar.onPersisted(input.ticket);
      case "TIMER":
        return this.onTimer(input.timer);
      case "WHITELIST":
        return this.context.allocator.updateWhitelist(new Set(input.hostnames));
      case "ALLOCATE":
        return this.offers.onAllocate();
      default:
        unreachable(input);
    }
  }

  private onTimer(timer: MasterTimer): void {
    switch (timer.type) {
      case "ALLOCATION_INTERVAL":
        return this.offers.onAllocationInterval();
      case "PING":
        return this.agents.onPing(timer.agentId, timer.observation);
      case "AGENT_REREGISTER_TIMEOUT":
        return this.agents.onReregisterTimeout(timer.agentId, timer.generation);
      case "RECOVERY_TIMEOUT":
        return this.recovery.onTimeout();
      case "FRAMEWORK_FAILOVER_TIMEOUT":
        return this.removal.onFailoverTimeout(timer.frameworkId, timer.generation);
      case "HEARTBEAT":
        return this.frameworks.onHeartbeat(timer.stream);
      case "OFFER_TIMEOUT":
        return this.offers.onTimeout(timer.offerId);
      case "REGISTRY_GC":
        return this.recovery.onRegistryGc();
      default:
        unreachable(timer);
    }
  }

  private onAgentMessage({ connection, remoteAddress, message }: AgentMessage): void {
    if (message.type === "REGISTER_AGENT")
      return this.registration.onRegister({ connection, remoteAddress }, message);
    if (message.type === "REREGISTER_AGENT")
      return this.registration.onReregister({ connection, remoteAddress }, message);
    const agent = this.agents.on(connection);
    // What an agent says before it has registered, or of another agent, counts for nothing.
    if (agent === undefined || agent.id !== message.agentId || this.loss.isLeaving(agent.id)) {
      this.context.count("dropped_messages");
      return;
    }
    this.onRegisteredAgent(agent, message);
  }

  private onRegisteredAgent(
    agent: Agent,
    message: Exclude<AgentToMaster, { type: "REGISTER_AGENT" | "REREGISTER_AGENT" }>,
  ): void {
    switch (message.type) {
      case "PONG":
        return this.agents.onPong(agent);
      case "STATUS_UPDATE":
        return this.tasks.onStatusUpdate(agent, message.update);
      case "EXECUTOR_MESSAGE":
        return this.schedulerCalls.onExecutorMessage(agent, message);
      case "EXITED_EXECUTOR": {
        const framework = this.state.frameworks.get(message.frameworkId);
        if (framework !== undefined)
          this.tasks.onExitedExecutor(agent, framework, message.executorId, message.status);
        return;
      }
      case "UNREGISTER_AGENT":
        this.context.count("messages_unregister_slave");
        return this.loss.remove(agent, "The agent has unregistered", "unregistered");
      case "UPDATE_AGENT":
        this.context.count("messages_update_slave");
        agent.resourceVersion = message.resourceVersion;
        return;
      case "OPERATION_STATUS_UPDATE":
        return this.operations.onStatusUpdate(agent, message);
      default:
        unreachable(message);
    }
  }
}

function emptyState(settings: MasterParts["settings"]): MasterState {
  return {
    settings,
    epoch: 0,
    electedTimeMs: undefined,
    frameworks: new Map(),
    completedFrameworks: new Map(),
    agents: new Map(),
    recoveredAgents: new Map(),
    unreachableAgents: new Map(),
    goneAgents: new Map(),
    offers: new Map(),
    quotas: new Map(),
    weights: new Map(settings.weights),
    metrics: new MasterMetrics(),
  };
}

function initializeAllocator({ settings, allocator, random }: MasterParts): void {
  const { domain } = settings.masterInfo;
  allocator.initialize({
    allocationIntervalMs: settings.allocationIntervalMs,
    random,
    fairnessExcludedResources: settings.fairnessExcludedResources,
    filterGpuResources: settings.filterGpuResources,
    minAllocatableResources: settings.minAllocatableResources,
    ...(domain && { domain }),
    recoveryTimeoutMs: settings.allocatorRecoveryTimeoutMs,
    agentRecoveryFactor: settings.agentRecoveryFactor,
  });
}
