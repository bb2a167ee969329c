import { assert } from "../base/assert.js";
import type { ExecutorId, FrameworkId, TaskId } from "../base/ids.js";
import type { Base64 } from "../protocol/base64.js";
import { isTerminalState } from "../protocol/task-state.js";
import type { v1 } from "../protocol/v1.js";
import type { AgentContext } from "./agent-context.js";
import type { AgentTimer } from "./agent-io.js";

const MIN_RETRY_DELAY_MS = 10_000;
const MAX_RETRY_DELAY_MS = 600_000;
/** An executor repeats updates it has seen no acknowledgement for; further back than this it cannot reach. */
const MAX_REMEMBERED_UUIDS = 1000;

export interface TaskUpdate {
  readonly frameworkId: FrameworkId;
  readonly executorId: ExecutorId | undefined;
  readonly status: v1.TaskStatus & { readonly uuid: Base64 };
}

/** One task's updates. The first is the outstanding one: the only one the master may hear of. */
interface UpdateStream {
  readonly frameworkId: FrameworkId;
  readonly taskId: TaskId;
  readonly updates: TaskUpdate[];
  readonly uuids: Set<Base64>;
  /** Whether the first update was sent over this connection, and its retry timer runs. */
  sent: boolean;
  generation: number;
  retryDelayMs: number;
}

/**
 * Brings every status update to the master until it is acknowledged: in order for each task, one at a time, again after
 * ten seconds (doubling up to ten minutes) and at once when the agent has registered or the framework has subscribed anew.
 * Nothing is sent while the agent is not registered, or the connection is congested.
 */
export class StatusUpdates {
  private readonly streams = new Map<FrameworkId, Map<TaskId, UpdateStream>>();
  private congested = false;
  private generation = 0;

  constructor(private readonly context: AgentContext) {}

  /** Takes an update over. False for one it has had before, and for one after the task's end. */
  add(update: TaskUpdate): boolean {
    const { uuid, task_id } = update.status;
    const stream = this.streamOf(update.frameworkId, task_id.value);
    const last = stream.updates.at(-1);
    if (stream.uuids.has(uuid) || (last && isTerminalState(last.status.state))) return false;
    remember(stream.uuids, uuid);
    stream.updates.push(update);
    if (stream.updates.length === 1) this.send(stream, MIN_RETRY_DELAY_MS);
    return true;
  }

  /** The update that waits for its acknowledgement. */
  outstanding(frameworkId: FrameworkId, taskId: TaskId): TaskUpdate | undefined {
    return this.streams.get(frameworkId)?.get(taskId)?.updates[0];
  }

  /** The update that is acknowledged by it; undefined where it is not the outstanding one. */
  acknowledge(frameworkId: FrameworkId, taskId: TaskId, uuid: Base64): TaskUpdate | undefined {
    const stream = this.streams.get(frameworkId)?.get(taskId);
    const first = stream?.updates[0];
    if (!stream || first?.status.uuid !== uuid) return undefined;
    stream.updates.shift();
    stream.sent = false;
    stream.generation = ++this.generation;
    if (isTerminalState(first.status.state)) {
      assert(stream.updates.length === 0, "a task has updates after its end", { taskId });
      this.remove(stream);
    } else {
      this.send(stream, MIN_RETRY_DELAY_MS);
    }
    return first;
  }

  onRetry(timer: Extract<AgentTimer, { type: "STATUS_UPDATE_RETRY" }>): void {
    const stream = this.streams.get(timer.frameworkId)?.get(timer.taskId);
    if (stream?.generation !== timer.generation || !stream.sent) return;
    stream.sent = false;
    this.send(stream, Math.min(stream.retryDelayMs * 2, MAX_RETRY_DELAY_MS));
  }

  /** Sends what the master may not have: everything outstanding, once the agent has registered. */
  resume(): void {
    for (const streams of this.streams.values()) {
      for (const stream of streams.values()) {
        if (!stream.sent) this.send(stream, MIN_RETRY_DELAY_MS);
      }
    }
  }

  /** Sends what a framework has not acknowledged again: it may have failed over to a scheduler that never heard of it. */
  resend(frameworkId: FrameworkId): void {
    for (const stream of this.streams.get(frameworkId)?.values() ?? []) {
      stream.sent = false;
      this.send(stream, MIN_RETRY_DELAY_MS);
    }
  }

  /** Whatever was sent over the connection that was lost has to be sent again. */
  onDisconnected(): void {
    this.congested = false;
    for (const streams of this.streams.values()) {
      for (const stream of streams.values()) stream.sent = false;
    }
  }

  onCongested(congested: boolean): void {
    this.congested = congested;
    if (!congested) this.resume();
  }

  /** Gives up what a framework has not acknowledged: the master has removed it. */
  removeFramework(frameworkId: FrameworkId): void {
    this.streams.delete(frameworkId);
  }

  private send(stream: UpdateStream, retryDelayMs: number): void {
    assert(!stream.sent, "an update is outstanding twice", { taskId: stream.taskId });
    const first = stream.updates[0];
    if (!first) return;
    stream.retryDelayMs = retryDelayMs;
    if (!this.context.registered || this.congested) return;
    const { frameworkId, executorId, status } = first;
    const latestState = (stream.updates.at(-1) ?? first).status.state;
    this.context.send({
      type: "STATUS_UPDATE",
      agentId: this.context.agentId,
      update: { frameworkId, ...(executorId !== undefined && { executorId }), status, latestState },
    });
    stream.sent = true;
    stream.generation = ++this.generation;
    const { taskId, generation } = stream;
    this.context.timer(
      { type: "STATUS_UPDATE_RETRY", frameworkId, taskId, generation },
      retryDelayMs,
    );
  }

  private streamOf(frameworkId: FrameworkId, taskId: TaskId): UpdateStream {
    const streams = this.streams.get(frameworkId) ?? new Map<TaskId, UpdateStream>();
    this.streams.set(frameworkId, streams);
    const known = streams.get(taskId);
    if (known) return known;
    const stream: UpdateStream = {
      frameworkId,
      taskId,
      updates: [],
      uuids: new Set(),
      sent: false,
      generation: 0,
      retryDelayMs: MIN_RETRY_DELAY_MS,
    };
    streams.set(taskId, stream);
    return stream;
  }

  private remove({ frameworkId, taskId }: UpdateStream): void {
    const streams = this.streams.get(frameworkId);
    streams?.delete(taskId);
    if (streams?.size === 0) this.streams.delete(frameworkId);
  }
}

function remember(uuids: Set<Base64>, uuid: Base64): void {
  uuids.add(uuid);
  if (uuids.size <= MAX_REMEMBERED_UUIDS) return;
  for (const oldest of uuids) {
    uuids.delete(oldest);
    return;
  }
}
