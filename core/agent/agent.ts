import type { ContainerId } from "../base/ids.js";
import type { Machine } from "../machine/machine.js";
import type { MasterToAgent } from "../protocol/agent-protocol.js";
import { Acknowledgements } from "./acknowledgements.js";
import { AgentResources } from "./agent-resources.js";
import { AgentContext, type AgentParts } from "./agent-context.js";
import type { AgentEffect, AgentInput, AgentTimer } from "./agent-io.js";
import type { AgentState, ExecutorPlace } from "./agent-state.js";
import { Checkpoints } from "./checkpoints.js";
import { CommandExecutor } from "./command-executor.js";
import { ExecutorCalls } from "./executor-calls.js";
import { ExecutorTerminations } from "./executor-terminations.js";
import { Executors } from "./executors.js";
import { Frameworks } from "./frameworks.js";
import { Kills } from "./kills.js";
import { Launches } from "./launches.js";
import { Operations } from "./operations.js";
import { Recovery } from "./recovery.js";
import { Registration } from "./registration.js";
import { Shutdowns } from "./shutdowns.js";
import { StatusUpdates } from "./status-updates.js";
import { idOf, TaskStatuses } from "./task-statuses.js";

/** The agent: runs the tasks the master sends it, and says what becomes of them. Only passes inputs on to its parts. */
export class Agent implements Machine<AgentInput, AgentEffect> {
  private readonly context: AgentContext;
  private readonly checkpoints: Checkpoints;
  private readonly updates: StatusUpdates;
  private readonly commands: CommandExecutor;
  private readonly frameworks: Frameworks;
  private readonly executors: Executors;
  private readonly terminations: ExecutorTerminations;
  private readonly launches: Launches;
  private readonly kills: Kills;
  private readonly acknowledgements: Acknowledgements;
  private readonly executorCalls: ExecutorCalls;
  private readonly operations: Operations;
  private readonly recovery: Recovery;
  private readonly registration: Registration;
  private readonly shutdowns: Shutdowns;

  constructor(agentParts: AgentParts) {
    const context = new AgentContext(agentParts);
    const checkpoints = new Checkpoints(context);
    const updates = new StatusUpdates(context);
    const statuses = new TaskStatuses(context, updates);
    const commands = new CommandExecutor(context, statuses);
    const frameworks = new Frameworks(context, checkpoints);
    const executors = new Executors(context, commands);
    const base = { context, checkpoints, updates, statuses, commands, frameworks, executors };
    const terminations = new ExecutorTerminations(base);
    const launches = new Launches(base);
    const parts = { ...base, terminations, launches };
    this.context = context;
    this.checkpoints = checkpoints;
    this.updates = updates;
    this.commands = commands;
    this.frameworks = frameworks;
    this.executors = executors;
    this.terminations = terminations;
    this.launches = launches;
    this.kills = new Kills(parts);
    this.acknowledgements = new Acknowledgements(parts);
    this.executorCalls = new ExecutorCalls(parts);
    const resources = new AgentResources(context, checkpoints);
    this.operations = new Operations({ ...base, resources });
    this.recovery = new Recovery({ ...base, resources, operations: this.operations });
    this.registration = new Registration({ ...parts, operations: this.operations });
    this.shutdowns = new Shutdowns(parts);
  }

  /** What views read between two steps. */
  get state(): AgentState {
    return this.context.state;
  }

  step(input: AgentInput, nowMs: number, effects: AgentEffect[]): void {
    this.context.nowMs = nowMs;
    this.context.effects = effects;
    if (this.state.phase !== "EXITED") this.onInput(input);
  }

  private onInput(input: AgentInput): void {
    switch (input.type) {
      case "RECOVERED":
        return this.recovery.onRecovered(input.checkpoints);
      case "MASTER_CONNECTED":
        return this.registration.onConnected(input.epoch, input.hostname);
      case "MASTER_DISCONNECTED":
        return this.registration.onDisconnected();
      case "MASTER_CONGESTED":
        return this.updates.onCongested(input.congested);
      case "MASTER_MESSAGE":
        return this.onMasterMessage(input.message);
      case "EXECUTOR_CALL":
        return this.executorCalls.onCall(input);
      case "STREAM_CLOSED":
        return this.executorCalls.onStreamClosed(input.stream);
      case "CONTAINER_LAUNCHED":
      case "CONTAINER_FAILED":
      case "CONTAINER_EXITED":
      case "CONTAINER_UPDATED":
      case "CONTAINER_UPDATE_FAILED":
        return this.onContainer(input);
      case "CHECKPOINTED":
        return this.onCheckpointed(input.ticket);
      case "TIMER":
        return this.onTimer(input.timer);
      case "TERMINATE":
        return this.shutdowns.onTerminate(input.unregister);
    }
  }

  private onMasterMessage(message: MasterToAgent): void {
    switch (message.type) {
      case "AGENT_REGISTERED":
        return this.registration.onRegistered(message);
      case "AGENT_REREGISTERED":
        return this.registration.onReregistered(message);
      case "PING":
        return this.registration.onPing(message.connected);
      case "SHUTDOWN_AGENT":
        return this.shutdowns.onShutdownAgent(message.message);
      case "RUN_TASK":
        return this.launches.onRunTask(message);
      case "RUN_TASK_GROUP":
        return this.launches.onRunTaskGroup(message);
      case "KILL_TASK":
        return this.kills.onKillTask(message);
      case "ACKNOWLEDGE_STATUS_UPDATE":
        return this.acknowledgements.onAcknowledge(message);
      case "FRAMEWORK_MESSAGE":
        return this.executorCalls.onFrameworkMessage(message);
      case "SHUTDOWN_EXECUTOR":
        return this.shutdowns.onShutdownExecutor(message.frameworkId, message.executorId);
      case "SHUTDOWN_FRAMEWORK":
        return this.shutdowns.onShutdownFramework(message.frameworkId);
      case "UPDATE_FRAMEWORK":
        this.frameworks.onUpdate(message.frameworkInfo);
        this.updates.resend(idOf(message.frameworkInfo));
        return this.operations.resend(idOf(message.frameworkInfo));
      case "APPLY_OPERATION":
        return this.operations.onApply(message);
      case "ACKNOWLEDGE_OPERATION_STATUS":
        return this.operations.onAcknowledge(message);
      case "RECONCILE_OPERATIONS":
        return this.operations.onReconcile(message.operations);
    }
  }

  private onContainer(input: Extract<AgentInput, { readonly type: `CONTAINER_${string}` }>): void {
    const place = this.placeOf(input.containerId);
    if (!place) return;
    switch (input.type) {
      case "CONTAINER_LAUNCHED":
        return this.executors.onLaunched(place, input.pid);
      case "CONTAINER_FAILED":
        return this.terminations.onLaunchFailed(place, input.message);
      case "CONTAINER_EXITED":
        return this.terminations.onExited(place, input.termination);
      case "CONTAINER_UPDATED":
        return this.executors.onUpdated(place);
      case "CONTAINER_UPDATE_FAILED":
        return this.terminations.onUpdateFailed(place, input.message);
    }
  }

  private onTimer(timer: AgentTimer): void {
    switch (timer.type) {
      case "REGISTER":
        return this.registration.onRegisterTimer(timer.generation);
      case "PING_TIMEOUT":
        return this.registration.onPingTimeout(timer.generation);
      case "STATUS_UPDATE_RETRY":
        return this.updates.onRetry(timer);
      case "OPERATION_STATUS_RETRY":
        return this.operations.onRetry(timer);
      case "HEARTBEAT":
        return this.executorCalls.onHeartbeat(timer.stream);
      case "EXECUTOR_REGISTRATION_TIMEOUT":
      case "EXECUTOR_SHUTDOWN_TIMEOUT":
      case "KILL_ESCALATION":
      case "MAX_COMPLETION_TIME":
        return this.onExecutorTimer(timer);
    }
  }

  private onExecutorTimer(timer: Extract<AgentTimer, { readonly containerId: ContainerId }>): void {
    const place = this.placeOf(timer.containerId);
    if (!place) return;
    switch (timer.type) {
      case "EXECUTOR_REGISTRATION_TIMEOUT":
        return this.terminations.onRegistrationTimeout(place);
      case "EXECUTOR_SHUTDOWN_TIMEOUT":
        return this.terminations.onShutdownTimeout(place);
      case "KILL_ESCALATION":
        return this.commands.onEscalation(place.executor, timer.generation);
      case "MAX_COMPLETION_TIME":
        return this.commands.onMaxCompletionTime(place.executor);
    }
  }

  private onCheckpointed(ticket: number): void {
    this.checkpoints.onCheckpointed(ticket);
    this.operations.onCheckpointed(ticket);
    if (!this.checkpoints.settled) return;
    this.launches.onSettled();
    this.frameworks.onSettled();
  }

  private placeOf(containerId: ContainerId): ExecutorPlace | undefined {
    return this.state.containers.get(containerId);
  }
}
