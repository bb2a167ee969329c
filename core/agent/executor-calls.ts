import type { RequestId, StreamId } from "../base/ids.js";
import type { MasterToAgent } from "../protocol/agent-protocol.js";
import { isTerminalState } from "../protocol/task-state.js";
import type { executor, v1 } from "../protocol/v1.js";
import type { AgentContext } from "./agent-context.js";
import type { AgentInput } from "./agent-io.js";
import type { Executor, ExecutorPlace } from "./agent-state.js";
import { updateContainer } from "./container-config.js";
import { invalidExecutorCall } from "./executor-call-validation.js";
import type { ExecutorTerminations } from "./executor-terminations.js";
import type { Executors } from "./executors.js";
import { lostState, type TaskStatuses } from "./task-statuses.js";

type ExecutorCall = Extract<AgentInput, { type: "EXECUTOR_CALL" }>;
type FrameworkMessage = Extract<MasterToAgent, { type: "FRAMEWORK_MESSAGE" }>;

export interface ExecutorCallsParts {
  readonly context: AgentContext;
  readonly executors: Executors;
  readonly statuses: TaskStatuses;
  readonly terminations: ExecutorTerminations;
}

/** What custom executors say over the executor API, and what is passed on to them. */
export class ExecutorCalls {
  private readonly context: AgentContext;

  constructor(private readonly parts: ExecutorCallsParts) {
    this.context = parts.context;
  }

  onCall({ request, stream, call }: ExecutorCall): void {
    if (this.context.state.phase === "RECOVERING") {
      this.respond(request, 503, "Agent has not finished recovery");
      return;
    }
    const invalid = invalidExecutorCall(call);
    if (invalid !== undefined) {
      this.respond(request, 400, `Failed to validate executor::Call: ${invalid}`);
    } else if (call.type === "HEARTBEAT") {
      this.respond(request, 202);
    } else {
      this.onCallOfExecutor(request, stream, call);
    }
  }

  onHeartbeat(stream: StreamId): void {
    if (!this.placeOf(stream)) return;
    this.context.event(stream, { type: "HEARTBEAT" });
    this.startHeartbeat(stream);
  }

  /** An executor that is gone says so by its exit; one that lost its connection subscribes again. */
  onStreamClosed(stream: StreamId): void {
    const place = this.placeOf(stream);
    if (place) place.executor.stream = undefined;
  }

  onFrameworkMessage({ frameworkId, executorId, data }: FrameworkMessage): void {
    const target = this.context.state.frameworks.get(frameworkId)?.executors.get(executorId);
    const { metrics } = this.context.state;
    if (target?.state !== "RUNNING" || target.stream === undefined) {
      metrics.increment("invalid_framework_messages");
      this.context.log("warn", "dropping a message to an executor that is not there", {
        frameworkId,
        executorId,
      });
      return;
    }
    metrics.increment("valid_framework_messages");
    this.context.event(target.stream, { type: "MESSAGE", message: { data } });
  }

  private onCallOfExecutor(request: RequestId, stream: StreamId, call: executor.Call): void {
    const framework = this.context.state.frameworks.get(call.framework_id.value);
    if (!framework) {
      this.respond(request, 400, "Framework cannot be found");
      return;
    }
    const known = framework.executors.get(call.executor_id.value);
    if (!known || known.isCommandExecutor) {
      this.respond(request, 400, "Executor cannot be found");
      return;
    }
    const place = { framework, executor: known };
    if (known.state === "REGISTERING" && call.type !== "SUBSCRIBE") {
      this.respond(request, 403, "Executor is not subscribed");
    } else if (call.type === "SUBSCRIBE" && call.subscribe) {
      this.context.push({ type: "OPEN_STREAM", request, stream });
      this.onSubscribe(place, stream, call.subscribe);
    } else if (call.type === "UPDATE" && call.update) {
      this.respond(request, 202);
      this.onUpdate(place, call.update.status);
    } else if (call.type === "MESSAGE" && call.message) {
      this.respond(request, 202);
      this.onMessage(place, call.message);
    } else {
      this.respond(request, 501, "Unknown call type");
    }
  }

  private onSubscribe(
    place: ExecutorPlace,
    stream: StreamId,
    subscribe: executor.Call.Subscribe,
  ): void {
    const { framework, executor } = place;
    const ending = executor.state === "TERMINATING" || executor.state === "TERMINATED";
    if (ending || framework.state === "TERMINATING") {
      this.context.event(stream, { type: "SHUTDOWN" });
      this.context.push({ type: "CLOSE_STREAM", stream });
      return;
    }
    if (executor.stream !== undefined) {
      this.context.push({ type: "CLOSE_STREAM", stream: executor.stream });
    }
    executor.stream = stream;
    executor.state = "RUNNING";
    if (!executor.tasksSent && executor.queuedTasks.size === 0) {
      this.parts.terminations.shutdown(place);
      return;
    }
    this.welcome(place, stream);
    for (const { status } of subscribe.unacknowledged_updates ?? []) this.onUpdate(place, status);
    this.dropUnknown(place, subscribe.unacknowledged_tasks ?? []);
    this.parts.executors.deliver(executor);
  }

  private welcome({ framework, executor }: ExecutorPlace, stream: StreamId): void {
    this.context.event(stream, {
      type: "SUBSCRIBED",
      subscribed: {
        executor_info: executor.info,
        framework_info: framework.info,
        agent_info: this.context.state.info,
        container_id: { value: executor.containerId },
      },
    });
    this.startHeartbeat(stream);
  }

  /** A task that was sent and that the executor neither names nor has reported on never reached it. */
  private dropUnknown(place: ExecutorPlace, unacknowledged: readonly v1.TaskInfo[]): void {
    const { framework, executor } = place;
    const named = new Set(unacknowledged.map(({ task_id }) => task_id.value));
    for (const task of executor.launchedTasks.values()) {
      if (task.wire.state !== "TASK_STAGING" || named.has(task.id)) continue;
      this.parts.statuses.report(framework, executor, task, {
        state: lostState(framework.info, "TASK_DROPPED"),
        reason: "REASON_AGENT_RESTARTED",
        message: "Task was not received by the executor",
      });
    }
  }

  private onUpdate(place: ExecutorPlace, status: v1.TaskStatus): void {
    const { framework, executor } = place;
    const { uuid, task_id } = status;
    if (framework.state === "TERMINATING" || uuid === undefined) return;
    if (status.state === "TASK_STAGING") {
      this.context.state.metrics.increment("invalid_status_updates");
      this.context.log("warn", "destroying an executor that reports TASK_STAGING", {
        frameworkId: framework.id,
        executorId: executor.id,
      });
      this.parts.terminations.destroy(place);
      return;
    }
    const accepted = this.parts.statuses.accept(framework, executor, { ...status, uuid });
    this.acknowledge(executor, task_id, uuid);
    if (accepted && isTerminalState(status.state)) updateContainer(this.context, executor);
  }

  private acknowledge({ stream }: Executor, task_id: v1.TaskID, uuid: string): void {
    if (stream === undefined) return;
    this.context.event(stream, { type: "ACKNOWLEDGED", acknowledged: { task_id, uuid } });
  }

  private onMessage({ framework, executor }: ExecutorPlace, { data }: executor.Call.Message): void {
    const { registered, state } = this.context;
    if (!registered || framework.state === "TERMINATING") {
      state.metrics.increment("invalid_framework_messages");
      return;
    }
    state.metrics.increment("valid_framework_messages");
    this.context.send({
      type: "EXECUTOR_MESSAGE",
      agentId: this.context.agentId,
      frameworkId: framework.id,
      executorId: executor.id,
      data,
    });
  }

  private startHeartbeat(stream: StreamId): void {
    this.context.timer({ type: "HEARTBEAT", stream }, this.context.settings.heartbeatIntervalMs);
  }

  private placeOf(stream: StreamId): ExecutorPlace | undefined {
    for (const place of this.context.state.containers.values()) {
      if (place.executor.stream === stream) return place;
    }
    return undefined;
  }

  private respond(request: RequestId, status: number, message?: string): void {
    this.context.push({
      type: "RESPOND",
      request,
      status,
      ...(message !== undefined && { message }),
    });
  }
}
