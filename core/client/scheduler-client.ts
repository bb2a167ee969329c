import type { Disposable } from "../base/disposable.js";
import type { FrameworkId, StreamId } from "../base/ids.js";
import type { Random } from "../base/random.js";
import type { Clock, Timer } from "../machine/runtime.js";
import { rolesOf } from "../protocol/framework-info.js";
import type { scheduler, v1 } from "../protocol/v1.js";
import { CallError, type SchedulerTransport } from "./scheduler-transport.js";

type CallBody = Omit<scheduler.Call, "framework_id">;

export interface SchedulerClientOptions {
  readonly transport: SchedulerTransport;
  readonly clock: Clock;
  readonly random: Random;
  /** Without an id a new framework is registered; with one, the framework is failed over to this client. */
  readonly frameworkInfo: v1.FrameworkInfo;
  readonly suppressedRoles?: readonly string[];
  readonly onEvent: (event: scheduler.Event) => void;
  /** The stream was lost, or not opened; the client subscribes again by itself. */
  readonly onDisconnected?: (reason: string) => void;
  /** The master has ended the framework (an ERROR event); the client is stopped. */
  readonly onError: (message: string) => void;
}

const FIRST_RETRY_MS = 500;
const MAX_RETRY_MS = 15_000;
/** So many heartbeats may be missing before the stream counts as lost. */
const MISSED_HEARTBEATS = 3;
/** A master that says nothing at all is frozen, or cut off: another may lead by now. */
const ANSWER_TIMEOUT_MS = 30_000;

/**
 * A scheduler's side of the v1 API: keeps one subscription alive, through lost connections and failovers of the master,
 * and sends calls on it. It decides nothing about offers and tasks; it does not acknowledge updates by itself.
 */
export class SchedulerClient {
  private frameworkInfo: v1.FrameworkInfo;
  /** The roles the next subscription suppresses: a master forgets what was suppressed or revived before. */
  private readonly suppressedRoles: Set<string>;
  private subscription: Disposable | undefined;
  private streamId: StreamId | undefined;
  private isSubscribed = false;
  private attempt = 0;
  private heartbeatMs = 0;
  private watchdog: Timer | undefined;
  private retry: Timer | undefined;
  private stopped = false;

  constructor(private readonly options: SchedulerClientOptions) {
    this.frameworkInfo = options.frameworkInfo;
    this.suppressedRoles = new Set(options.suppressedRoles);
  }

  /** The id the master gave the framework; undefined before its first SUBSCRIBED. */
  get frameworkId(): FrameworkId | undefined {
    return this.frameworkInfo.id?.value;
  }

  start(): void {
    const { id } = this.frameworkInfo;
    const suppressed = [...this.suppressedRoles];
    this.giveUpAfter(ANSWER_TIMEOUT_MS, "no answer");
    this.subscription = this.options.transport.subscribe(
      {
        type: "SUBSCRIBE",
        ...(id && { framework_id: id }),
        subscribe: {
          framework_info: this.frameworkInfo,
          ...(suppressed.length > 0 && { suppressed_roles: suppressed }),
        },
      },
      {
        onOpen: (streamId) => {
          this.streamId = streamId;
        },
        onEvent: (event) => this.onEvent(event),
        onClosed: (reason) => this.onClosed(reason),
      },
    );
  }

  /** Ends the subscription; the framework goes on until its failover timeout unless it was torn down. */
  stop(): void {
    this.stopped = true;
    this.watchdog?.dispose();
    this.retry?.dispose();
    void this.subscription?.dispose();
  }

  /** Sends a call. @throws CallError while the framework is not subscribed, or when the master refuses it. */
  async call(body: CallBody): Promise<void> {
    const { id } = this.frameworkInfo;
    if (!this.isSubscribed || this.streamId === undefined || id === undefined)
      throw new CallError(0, `${body.type ?? "UNKNOWN"}: not subscribed`);
    await this.options.transport.call({ ...body, framework_id: id }, this.streamId);
  }

  accept(
    offerIds: readonly v1.OfferID[],
    operations: readonly v1.Offer.Operation[],
    filters?: v1.Filters,
  ): Promise<void> {
    return this.call({
      type: "ACCEPT",
      accept: { offer_ids: offerIds, operations, ...(filters && { filters }) },
    });
  }

  decline(offerIds: readonly v1.OfferID[], filters?: v1.Filters): Promise<void> {
    return this.call({
      type: "DECLINE",
      decline: { offer_ids: offerIds, ...(filters && { filters }) },
    });
  }

  /** Acknowledges an update that has a uuid; one without must not be, and is not. */
  async acknowledge({ agent_id, task_id, uuid }: v1.TaskStatus): Promise<void> {
    if (uuid === undefined || agent_id === undefined) return;
    await this.call({ type: "ACKNOWLEDGE", acknowledge: { agent_id, task_id, uuid } });
  }

  kill(taskId: v1.TaskID, agentId?: v1.AgentID): Promise<void> {
    return this.call({
      type: "KILL",
      kill: { task_id: taskId, ...(agentId && { agent_id: agentId }) },
    });
  }

  /** Asks for the state of the named tasks, or of all. */
  reconcile(tasks: readonly scheduler.Call.Reconcile.Task[] = []): Promise<void> {
    return this.call({ type: "RECONCILE", reconcile: { tasks } });
  }

  /** Asks for no more offers in these roles, or in all. */
  suppress(roles: readonly string[] = []): Promise<void> {
    for (const role of this.orAll(roles)) this.suppressedRoles.add(role);
    return this.call({ type: "SUPPRESS", suppress: { roles } });
  }

  /** Asks for offers in these roles, or in all, whatever was declined or suppressed. */
  revive(roles: readonly string[] = []): Promise<void> {
    for (const role of this.orAll(roles)) this.suppressedRoles.delete(role);
    return this.call({ type: "REVIVE", revive: { roles } });
  }

  /** Ends the framework and everything it runs. */
  teardown(): Promise<void> {
    return this.call({ type: "TEARDOWN" });
  }

  private orAll(roles: readonly string[]): readonly string[] {
    return roles.length > 0 ? roles : rolesOf(this.frameworkInfo);
  }

  private onEvent(event: scheduler.Event): void {
    this.watch();
    if (event.type === "SUBSCRIBED" && event.subscribed !== undefined)
      this.onSubscribed(event.subscribed);
    if (event.type === "ERROR") {
      this.stop();
      this.options.onError(event.error?.message ?? "");
      return;
    }
    if (event.type !== "HEARTBEAT") this.options.onEvent(event);
  }

  private onSubscribed({
    framework_id,
    heartbeat_interval_seconds,
  }: scheduler.Event.Subscribed): void {
    this.frameworkInfo = { ...this.frameworkInfo, id: framework_id };
    this.isSubscribed = true;
    this.attempt = 0;
    this.heartbeatMs = (heartbeat_interval_seconds ?? 0) * 1000;
    this.watch();
  }

  /** Starts counting the silence anew. */
  private watch(): void {
    this.watchdog?.dispose();
    if (this.heartbeatMs > 0)
      this.giveUpAfter(this.heartbeatMs * MISSED_HEARTBEATS, "no heartbeat");
  }

  private giveUpAfter(delayMs: number, reason: string): void {
    this.watchdog?.dispose();
    if (this.stopped) return;
    this.watchdog = this.options.clock.schedule(delayMs, () => {
      void this.subscription?.dispose();
      this.onClosed(reason);
    });
  }

  private onClosed(reason: string): void {
    if (this.stopped) return;
    this.watchdog?.dispose();
    this.heartbeatMs = 0;
    this.isSubscribed = false;
    this.streamId = undefined;
    this.options.onDisconnected?.(reason);
    const limitMs = Math.min(MAX_RETRY_MS, FIRST_RETRY_MS * 2 ** this.attempt++);
    const delayMs = limitMs / 2 + this.options.random.integer(limitMs / 2);
    this.retry = this.options.clock.schedule(delayMs, () => this.start());
  }
}
