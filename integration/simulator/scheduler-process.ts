import type { FrameworkId, StreamId } from "../../core/base/ids.js";
import type { scheduler } from "../../core/protocol/v1.js";
import { between } from "./chance.js";
import { describeCall, describeEvent } from "./describe-scheduler-message.js";
import type { MasterProcess } from "./master-process.js";
import { type Lane, makeCall } from "./network/call.js";
import { Endpoint } from "./network/endpoint.js";
import type { JobLedger } from "./scheduler/job-ledger.js";
import type { SchedulerEffect, SchedulerInput } from "./scheduler/scheduler-io.js";
import { SimulatedScheduler } from "./scheduler/simulated-scheduler.js";
import { SimulatedProcess } from "./simulated-process.js";
import type { StreamPart } from "./wire.js";
import type { CallAnswer } from "./wire.js";
import type { World } from "./world.js";

export interface SchedulerProcessOptions {
  readonly ledger: JobLedger;
  readonly leader: () => MasterProcess | undefined;
  /** Whether its calls share one connection, so that they arrive in order. */
  readonly ordered: boolean;
}

type Stream = Endpoint<StreamPart<scheduler.Event>, scheduler.Call>;

/** A simulated scheduler as a process: one event stream, and a call at a time or many at once. */
export class SchedulerProcess extends SimulatedProcess<SchedulerInput, SchedulerEffect> {
  /** Every update that arrives on the current stream. */
  onUpdate: (update: scheduler.Event.Update) => void = () => {};
  /** Whenever the master has given it an id, or confirmed the one it has. */
  onSubscribed: (frameworkId: FrameworkId) => void = () => {};
  isTornDown = false;
  private stream: Stream | undefined;
  private lane: Lane = { lastArrivalMs: 0 };

  constructor(
    world: World,
    private readonly options: SchedulerProcessOptions,
  ) {
    super(options.ledger.behaviour.name, world);
  }

  get ledger(): JobLedger {
    return this.options.ledger;
  }

  get isSubscribed(): boolean {
    return (this.machine as SimulatedScheduler | undefined)?.isSubscribed ?? false;
  }

  /** Its framework was torn down: it does not come back. */
  retire(): void {
    this.isTornDown = true;
    this.crash();
  }

  override start(): void {
    if (!this.isTornDown) super.start();
  }

  protected override boot(): void {
    this.lane = { lastArrivalMs: 0 };
    this.machine = new SimulatedScheduler(this.ledger, this.random);
    this.after(between(this.world.random, 1, 1_000), () => this.step({ type: "START" }));
  }

  protected override hangUp(silent: boolean): void {
    if (silent) this.stream?.vanish();
    else this.stream?.close();
    this.stream = undefined;
  }

  protected override carryOut(effect: SchedulerEffect): void {
    switch (effect.type) {
      case "SUBSCRIBE":
        return this.subscribe(effect.call);
      case "CALL":
        return this.call(effect.stream, effect.call);
      case "CLOSE_STREAM":
        this.stream?.close();
        this.stream = undefined;
        return;
      case "TIMER":
        this.after(effect.delayMs, () => this.step({ type: "TIMER", timer: effect.timer }));
        return;
    }
  }

  private subscribe(call: scheduler.Call): void {
    this.stream?.close();
    this.stream = undefined;
    const leader = this.options.leader();
    if (leader === undefined) {
      this.after(0, () => this.step({ type: "STREAM_CLOSED", message: "nobody leads" }));
      return;
    }
    const stream: Stream = Endpoint.dial({
      network: this.world.network,
      from: this.name,
      to: leader.name,
      handlers: {
        onMessage: this.whileAlive((part) => this.onPart(stream, leader.name, part)),
        onClose: this.whileAlive(() => this.onClosed(stream, "the connection was lost")),
      },
      listen: (far) => leader.acceptScheduler(this.name, far),
    });
    this.stream = stream;
    stream.send(this.world.codec.schedulerCall(call));
  }

  private onPart(stream: Stream, from: string, part: StreamPart<scheduler.Event>): void {
    if (this.stream !== stream) return;
    const { transcript } = this.world;
    switch (part.type) {
      case "OPENED":
        return this.step({ type: "STREAM_OPENED", stream: part.stream });
      case "REFUSED":
        transcript.note(() => `${from} refuses ${this.name}: ${part.status} ${part.message}`);
        return this.onClosed(stream, part.message);
      case "EVENT":
        this.observe(part.event);
        transcript.note(() => {
          const what = describeEvent(transcript, part.event);
          return what && `${from} -> ${this.name} ${what}`;
        });
        return this.step({ type: "EVENT", event: part.event });
    }
  }

  private observe({ subscribed, update }: scheduler.Event): void {
    if (update !== undefined) this.onUpdate(update);
    if (subscribed === undefined) return;
    this.world.transcript.name(subscribed.framework_id.value, this.name);
    this.onSubscribed(subscribed.framework_id.value);
  }

  private onClosed(stream: Stream, message: string): void {
    if (this.stream !== stream) return;
    this.stream = undefined;
    this.step({ type: "STREAM_CLOSED", message });
  }

  private call(stream: StreamId, call: scheduler.Call): void {
    const { network, transcript, codec } = this.world;
    const leader = this.options.leader();
    const type = call.type ?? "UNKNOWN";
    const fail = this.whileAlive((why: string) => {
      transcript.note(() => `${this.name} -x master ${describeCall(transcript, call)}: ${why}`);
      this.step({ type: "CALL_FAILED", call });
    });
    if (leader === undefined) {
      this.after(0, () => fail("nobody leads"));
      return;
    }
    makeCall<scheduler.Call, CallAnswer>(network, {
      from: this.name,
      to: leader.name,
      ...(this.options.ordered && { lane: this.lane }),
      isSafeToRepeat: type !== "ACCEPT",
      request: codec.schedulerCall(call),
      serve: (request, answer) => leader.serveCall(this.name, stream, request, answer),
      settle: (answer) => {
        if (answer === undefined) fail("no answer");
        else if (answer.status >= 300) fail(`${answer.status} ${answer.message ?? ""}`);
      },
    });
  }
}
