import type { AgentId } from "../base/ids.js";
import type { AgentToMaster, MasterToAgent, ReconcileTask } from "../protocol/agent-protocol.js";
import { checkpointedPart } from "../resources/checkpointed.js";
import type { AgentContext } from "./agent-context.js";
import type { Checkpoints } from "./checkpoints.js";
import { AGENT_RECORD } from "./frameworks.js";
import type { Operations } from "./operations.js";
import type { StatusUpdates } from "./status-updates.js";
import type { TaskStatuses } from "./task-statuses.js";
import { findTask, tasksOf } from "./task-wire.js";

const MAX_BACKOFF_MS = 60_000;

export interface RegistrationParts {
  readonly context: AgentContext;
  readonly checkpoints: Checkpoints;
  readonly updates: StatusUpdates;
  readonly statuses: TaskStatuses;
  readonly operations: Operations;
}

/**
 * Registers with whoever leads: after a random part of the back-off factor, then again after random delays whose limit
 * doubles up to a minute, until the master answers. A master that stops pinging is given up.
 */
export class Registration {
  private readonly context: AgentContext;
  private generation = 0;
  private pingGeneration = 0;
  private pingTimeoutMs = 0;
  private maxBackoffMs = 0;

  constructor(private readonly parts: RegistrationParts) {
    this.context = parts.context;
  }

  onConnected(epoch: number, hostname: string): void {
    this.onDisconnected();
    this.context.state.master = { epoch, hostname };
    this.start();
  }

  onDisconnected(): void {
    this.context.state.master = undefined;
    this.lose();
  }

  /** Starts over: nothing happens as long as the agent recovers, ends, or has no master. */
  start(): void {
    const { phase, master } = this.context.state;
    if (phase !== "DISCONNECTED" || !master) return;
    this.maxBackoffMs = this.context.settings.registrationBackoffFactorMs;
    this.schedule();
  }

  onRegisterTimer(generation: number): void {
    const { phase, master } = this.context.state;
    if (generation !== this.generation || phase !== "DISCONNECTED" || !master) return;
    this.context.send(this.request());
    this.maxBackoffMs = Math.min(this.maxBackoffMs * 2, MAX_BACKOFF_MS);
    this.schedule();
  }

  onRegistered({
    agentId,
    pingTimeoutMs,
  }: Extract<MasterToAgent, { type: "AGENT_REGISTERED" }>): void {
    const { state, settings } = this.context;
    if (!this.takesId(agentId)) return;
    if (state.info.id === undefined) {
      state.info = { ...state.info, id: { value: agentId } };
      const value = { agentInfo: state.info, bootId: settings.bootId };
      this.parts.checkpoints.write([{ key: AGENT_RECORD, value }]);
    }
    this.become(pingTimeoutMs);
  }

  onReregistered(message: Extract<MasterToAgent, { type: "AGENT_REREGISTERED" }>): void {
    if (!this.takesId(message.agentId)) return;
    this.become(message.pingTimeoutMs);
    for (const item of message.reconcile) this.reconcile(item);
  }

  /** A master that has lost sight of the agent pings it as not connected. */
  onPing(connected: boolean): void {
    const { phase, info } = this.context.state;
    if (info.id === undefined) return;
    this.context.send({ type: "PONG", agentId: info.id.value });
    if (phase !== "RUNNING") return;
    this.awaitPing();
    if (connected) return;
    this.context.log("warn", "the master takes this agent for disconnected: registering again");
    this.lose();
    this.start();
  }

  onPingTimeout(generation: number): void {
    if (generation !== this.pingGeneration || !this.context.registered) return;
    this.onDisconnected();
    this.context.push({
      type: "RECONNECT",
      message: `no ping from the master for ${this.pingTimeoutMs} ms`,
    });
  }

  private become(pingTimeoutMs: number): void {
    const { state } = this.context;
    if (state.phase !== "DISCONNECTED") return;
    state.phase = "RUNNING";
    state.registeredTimeMs ??= this.context.nowMs;
    this.generation++;
    this.pingTimeoutMs = pingTimeoutMs;
    const { agentId } = this.context;
    this.context.log("info", "registered", { agentId, master: state.master?.hostname });
    this.awaitPing();
    this.parts.updates.resume();
    this.parts.operations.resume();
  }

  private lose(): void {
    const { state } = this.context;
    if (state.phase === "RUNNING") {
      state.phase = "DISCONNECTED";
      this.context.log("warn", "no longer registered", { agentId: this.context.agentId });
    }
    this.generation++;
    this.parts.updates.onDisconnected();
  }

  private schedule(): void {
    const generation = ++this.generation;
    const delayMs = this.context.random.integer(this.maxBackoffMs + 1);
    this.context.timer({ type: "REGISTER", generation }, delayMs);
  }

  private awaitPing(): void {
    const generation = ++this.pingGeneration;
    this.context.timer({ type: "PING_TIMEOUT", generation }, this.pingTimeoutMs);
  }

  private takesId(agentId: AgentId): boolean {
    const { id } = this.context.state.info;
    const { phase } = this.context.state;
    if (phase !== "DISCONNECTED" && phase !== "RUNNING") return false;
    if (id === undefined || id.value === agentId) return true;
    this.context.exit(1, `the master calls this agent ${agentId}, but it is ${id.value}`);
    return false;
  }

  private request(): AgentToMaster {
    const { info: agentInfo, resourceVersion, frameworks, total, operations } = this.context.state;
    const { version, capabilities } = this.context.settings;
    const checkpointedResources = checkpointedPart(total);
    const common = { agentInfo, version, capabilities, checkpointedResources, resourceVersion };
    if (agentInfo.id === undefined) return { type: "REGISTER_AGENT", ...common };
    const all = [...frameworks.values()];
    return {
      type: "REREGISTER_AGENT",
      ...common,
      frameworks: all.map(({ info: frameworkInfo }) => ({ frameworkInfo })),
      executors: all.flatMap(({ id: frameworkId, executors }) =>
        [...executors.values()]
          .filter(({ isCommandExecutor, state }) => !isCommandExecutor && state !== "TERMINATED")
          .map(({ info: executorInfo }) => ({ frameworkId, executorInfo })),
      ),
      tasks: all.flatMap((framework) => [...tasksOf(framework)].map(({ wire }) => wire)),
      operations: Array.from(operations.values(), ({ wire }) => wire),
    };
  }

  /**
   * A task the master has and the agent has not: it was lost on its way here, or with the agent's last process. That may
   * also have left an end unacknowledged, which nobody else would report again.
   */
  private reconcile({ status, ...task }: ReconcileTask): void {
    const { frameworkId, executorId, taskId, partitionAware } = task;
    const framework = this.context.state.frameworks.get(frameworkId);
    if (framework && findTask(framework, taskId)) return;
    if (status) this.parts.statuses.reportAgain(frameworkId, executorId, status);
    else
      this.parts.statuses.reportUnplaced(frameworkId, taskId, {
        state: partitionAware ? "TASK_DROPPED" : "TASK_LOST",
        reason: "REASON_RECONCILIATION",
        message: "Task is unknown to the agent",
      });
  }
}
