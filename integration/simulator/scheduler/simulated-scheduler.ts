import type { OfferId, StreamId } from "../../../core/base/ids.js";
import { type Random, uuidBytes } from "../../../core/base/random.js";
import type { Machine } from "../../../core/machine/machine.js";
import { toBase64 } from "../../../core/protocol/base64.js";
import type { scheduler, v1 } from "../../../core/protocol/v1.js";
import { between, chance } from "../chance.js";
import { drawDiskOperations } from "./disk-operations.js";
import { isOver, type JobLedger, type TaskRecord } from "./job-ledger.js";
import {
  acceptCall,
  acknowledgeCall,
  acknowledgeOperationCall,
  declineCall,
  killCall,
  reconcileCall,
  subscribeCall,
} from "./scheduler-calls.js";
import type { SchedulerEffect, SchedulerInput, SchedulerTimer } from "./scheduler-io.js";

const TICK_MS = 2_000;
const CALL_RETRY_MS = 2_000;
const KILL_RETRY_MS = 10_000;
/** A launch may still be under way; asking for it any earlier would only bring it into doubt. */
const RECONCILE_AFTER_MS = 30_000;
/** How long an unreachable task is waited for: a scheduler that replaces it soon, and one that hopes. */
const REPLACE_SOON_MS = 60_000;
const REPLACE_LATE_MS = 300_000;
/** A SUPPRESS may arrive after the REVIVE that was made after it. */
const REVIVE_AGAIN_MS = 30_000;
const SUBSCRIBE_TIMEOUT_MS = 15_000;
const HEARTBEATS_MISSED = 5;
const REMOVED = "Framework has been removed";

/** A framework's scheduler as the v1 API expects it, with the habits that its behaviour says. Pure and seeded. */
export class SimulatedScheduler implements Machine<SchedulerInput, SchedulerEffect> {
  private stream: StreamId | undefined;
  private subscribed = false;
  private askedMs = 0;
  private lastEventMs = 0;
  private heartbeatIntervalMs = 15_000;
  /** Undefined: nobody can tell whether the last SUPPRESS or REVIVE has arrived. */
  private suppressed: boolean | undefined = false;
  private revivedMs = 0;
  private reconciledMs = 0;
  private readonly offers = new Map<OfferId, v1.Offer>();
  private readonly killedMs = new Map<string, number>();
  private nowMs = 0;
  private effects: SchedulerEffect[] = [];

  constructor(
    readonly ledger: JobLedger,
    private readonly random: Random,
  ) {}

  get isSubscribed(): boolean {
    return this.subscribed;
  }

  step(input: SchedulerInput, nowMs: number, effects: SchedulerEffect[]): void {
    this.nowMs = nowMs;
    this.effects = effects;
    switch (input.type) {
      case "START":
        this.subscribe();
        this.after(TICK_MS, { type: "TICK" });
        return;
      case "STREAM_OPENED":
        this.stream = input.stream;
        this.lastEventMs = nowMs;
        return;
      case "EVENT":
        this.lastEventMs = nowMs;
        return this.onEvent(input.event);
      case "STREAM_CLOSED":
        return this.onStreamClosed();
      case "CALL_FAILED":
        return this.onCallFailed(input.call);
      case "TIMER":
        return this.onTimer(input.timer);
    }
  }

  private onTimer(timer: SchedulerTimer): void {
    switch (timer.type) {
      case "TICK":
        return this.onTick();
      case "SUBSCRIBE":
        if (this.stream === undefined) this.subscribe();
        return;
      case "ANSWER_OFFER": {
        const offer = this.offers.get(timer.offerId);
        if (offer !== undefined) this.answer(offer);
        return;
      }
      case "DECLINE":
        if (this.ledger.frameworkId !== undefined)
          this.call(declineCall(this.ledger.frameworkId, timer.offerId, 0));
        return;
      case "ACKNOWLEDGE":
        return this.acknowledge(timer.status);
    }
  }

  private onTick(): void {
    this.after(TICK_MS, { type: "TICK" });
    if (this.stream === undefined) {
      if (this.nowMs - this.askedMs > SUBSCRIBE_TIMEOUT_MS) this.subscribe();
      return;
    }
    if (this.nowMs - this.lastEventMs > HEARTBEATS_MISSED * this.heartbeatIntervalMs) {
      this.effects.push({ type: "CLOSE_STREAM" });
      return this.onStreamClosed();
    }
    if (!this.subscribed) return;
    for (const task of this.ledger.openTasks()) this.watch(task);
    if (this.nowMs - this.reconciledMs >= this.ledger.behaviour.reconcileIntervalMs)
      this.reconcile();
    this.suppressOrRevive();
  }

  private watch(task: TaskRecord): void {
    const { job, history, launchedMs, unreachableSinceMs } = task;
    // A kill may overtake the launch, which would then be said to be of no task.
    if (history.length === 0 && this.nowMs - launchedMs < RECONCILE_AFTER_MS) return;
    const { replacesUnreachable } = this.ledger.behaviour;
    const isOverdue = job.killAfterMs !== undefined && this.nowMs - launchedMs >= job.killAfterMs;
    const isReplaced = job.task !== task;
    if ((isOverdue || isReplaced) && unreachableSinceMs === undefined) this.kill(task);
    const patienceMs = replacesUnreachable ? REPLACE_SOON_MS : REPLACE_LATE_MS;
    if (unreachableSinceMs !== undefined && this.nowMs - unreachableSinceMs > patienceMs)
      this.ledger.giveUp(task);
  }

  private onEvent(event: scheduler.Event): void {
    if (event.subscribed !== undefined) return this.onSubscribed(event.subscribed);
    if (event.error !== undefined) return this.onError(event.error.message);
    for (const offer of event.offers?.offers ?? []) this.onOffer(offer);
    if (event.rescind !== undefined) this.offers.delete(event.rescind.offer_id.value);
    if (event.update !== undefined) this.onUpdate(event.update.status);
    if (event.update_operation_status !== undefined)
      this.onOperation(event.update_operation_status.status);
  }

  private onSubscribed({ framework_id, heartbeat_interval_seconds }: scheduler.Event.Subscribed) {
    this.ledger.frameworkId = framework_id.value;
    this.heartbeatIntervalMs = 1000 * (heartbeat_interval_seconds ?? 15);
    this.subscribed = true;
    // It may have missed that a task's agent was away, and the kill with it.
    this.killedMs.clear();
    this.reconcile();
  }

  /** A framework that has been removed stays so: a new one has to take over its jobs. */
  private onError(message: string): void {
    if (message === REMOVED) this.ledger.forgetFramework();
    this.effects.push({ type: "CLOSE_STREAM" });
    this.onStreamClosed();
  }

  private onStreamClosed(): void {
    this.stream = undefined;
    this.subscribed = false;
    this.offers.clear();
    this.after(between(this.random, 100, 3_000), { type: "SUBSCRIBE" });
  }

  /** An offer whose answer was lost would stay with the framework for ever. */
  private onCallFailed({ type, accept, decline, kill }: scheduler.Call): void {
    if (kill !== undefined) this.killedMs.delete(kill.task_id.value);
    if (type === "SUPPRESS" || type === "REVIVE") this.suppressed = undefined;
    for (const { value } of accept?.offer_ids ?? decline?.offer_ids ?? [])
      this.after(CALL_RETRY_MS, { type: "DECLINE", offerId: value });
  }

  private onOffer(offer: v1.Offer): void {
    const { hoarding, maxLateMs } = this.ledger.behaviour;
    this.offers.set(offer.id.value, offer);
    if (!chance(this.random, hoarding)) return this.answer(offer);
    const delayMs = between(this.random, 0, maxLateMs);
    this.after(delayMs, { type: "ANSWER_OFFER", offerId: offer.id.value });
  }

  private answer(offer: v1.Offer): void {
    const { frameworkId, behaviour } = this.ledger;
    this.offers.delete(offer.id.value);
    if (frameworkId === undefined) return;
    let cpus = amountOf(offer, "cpus");
    let mem = amountOf(offer, "mem");
    const tasks: TaskRecord[] = [];
    for (const job of this.ledger.pending(this.nowMs)) {
      if (job.cpus > cpus || job.memMb > mem) continue;
      cpus -= job.cpus;
      mem -= job.memMb;
      tasks.push(this.ledger.launch(job, offer.agent_id.value, this.nowMs));
    }
    const operations = chance(this.random, behaviour.reserves)
      ? drawDiskOperations(offer, this.random)
      : [];
    if (tasks.length > 0 || operations.length > 0)
      return this.call(acceptCall(frameworkId, offer.id.value, tasks, operations));
    const refuseMs = between(this.random, 0, behaviour.maxRefuseMs);
    this.call(declineCall(frameworkId, offer.id.value, refuseMs));
  }

  private onUpdate(status: v1.TaskStatus): void {
    const { behaviour } = this.ledger;
    const task = this.ledger.tasks.get(status.task_id.value);
    if (task !== undefined) {
      if (status.uuid !== undefined) task.uuids.add(status.uuid);
      if (!task.job.done || task.job.task !== task) this.apply(task, status.state);
    }
    if (status.uuid === undefined || chance(this.random, behaviour.lostAcknowledgement)) return;
    if (!chance(this.random, behaviour.lateAcknowledgement)) return this.acknowledge(status);
    const delayMs = between(this.random, 0, behaviour.maxLateMs);
    this.after(delayMs, { type: "ACKNOWLEDGE", status });
  }

  private onOperation(status: v1.OperationStatus): void {
    const { frameworkId, behaviour } = this.ledger;
    if (frameworkId === undefined || chance(this.random, behaviour.lostAcknowledgement)) return;
    const call = acknowledgeOperationCall(frameworkId, status);
    if (call !== undefined) this.call(call);
  }

  private apply(task: TaskRecord, state: v1.TaskState): void {
    const wasAway = isOver(task.state) || task.unreachableSinceMs !== undefined;
    this.ledger.update(task, state, this.nowMs);
    if (isOver(state) || state === "TASK_UNREACHABLE") return;
    // A kill was in vain while nobody knew where the task was.
    if (wasAway) this.killedMs.delete(task.id);
    if (task.job.task !== task) this.kill(task);
  }

  private acknowledge(status: v1.TaskStatus): void {
    const { frameworkId, behaviour } = this.ledger;
    const { uuid, agent_id, task_id } = status;
    if (frameworkId === undefined || uuid === undefined || agent_id === undefined) return;
    const call = acknowledgeCall(frameworkId, agent_id.value, task_id.value, uuid);
    this.ledger.tasks.get(task_id.value)?.acknowledged.add(uuid);
    this.call(call);
    if (chance(this.random, behaviour.repeatedAcknowledgement)) this.call(call);
    if (chance(this.random, behaviour.strayAcknowledgement)) {
      const stray = toBase64(uuidBytes(this.random));
      this.call(acknowledgeCall(frameworkId, agent_id.value, task_id.value, stray));
    }
  }

  private kill(task: TaskRecord): void {
    const { frameworkId } = this.ledger;
    const killedMs = this.killedMs.get(task.id);
    if (frameworkId === undefined) return;
    if (killedMs !== undefined && this.ledger.behaviour.killsOnce) return;
    if (killedMs !== undefined && this.nowMs - killedMs < KILL_RETRY_MS) return;
    this.killedMs.set(task.id, this.nowMs);
    this.call(killCall(frameworkId, task));
  }

  /** Explicitly for what it believes to run, implicitly for what it has given up and may run all the same. */
  private reconcile(): void {
    const { frameworkId } = this.ledger;
    this.reconciledMs = this.nowMs;
    const tasks = this.ledger
      .openTasks()
      .filter(({ launchedMs }) => this.nowMs - launchedMs >= RECONCILE_AFTER_MS);
    if (frameworkId === undefined) return;
    if (tasks.length > 0) this.call(reconcileCall(frameworkId, tasks));
    this.call(reconcileCall(frameworkId, []));
  }

  private suppressOrRevive(): void {
    const { frameworkId, behaviour } = this.ledger;
    if (frameworkId === undefined || !behaviour.suppresses) return;
    const idle = this.ledger.pending(this.nowMs).length === 0;
    const isRevivedLongAgo = !idle && this.nowMs - this.revivedMs > REVIVE_AGAIN_MS;
    if (idle === this.suppressed && !isRevivedLongAgo) return;
    this.suppressed = idle;
    this.revivedMs = this.nowMs;
    this.call({ framework_id: { value: frameworkId }, type: idle ? "SUPPRESS" : "REVIVE" });
  }

  private subscribe(): void {
    const { frameworkId, behaviour } = this.ledger;
    const call = subscribeCall(behaviour, frameworkId, this.suppressed === true);
    this.askedMs = this.nowMs;
    this.effects.push({ type: "SUBSCRIBE", call });
  }

  /** A call that cannot be made now is not made at all: what matters is asked again later. */
  private call(call: scheduler.Call): void {
    if (this.stream !== undefined) this.effects.push({ type: "CALL", stream: this.stream, call });
  }

  private after(delayMs: number, timer: SchedulerTimer): void {
    this.effects.push({ type: "TIMER", timer, delayMs });
  }
}

function amountOf(offer: v1.Offer, name: string): number {
  let amount = 0;
  for (const resource of offer.resources ?? [])
    if (resource.name === name) amount += resource.scalar?.value ?? 0;
  return amount;
}
