import type { Disposable } from "../base/disposable.js";
import type { StreamId } from "../base/ids.js";
import type { scheduler } from "../protocol/v1.js";

/** What a scheduler hears of one subscription. `onClosed` is called once, and nothing after it. */
export interface SubscriptionHandlers {
  onOpen(streamId: StreamId): void;
  onEvent(event: scheduler.Event): void;
  onClosed(reason: string): void;
}

/** Carries the scheduler API between a scheduler and whichever master leads. */
export interface SchedulerTransport {
  /** Opens an event stream; disposing it closes the stream without a further word. */
  subscribe(call: scheduler.Call, handlers: SubscriptionHandlers): Disposable;
  /** Sends one call; calls arrive in the order in which they were sent. @throws CallError when it was not taken. */
  call(call: scheduler.Call, streamId: StreamId): Promise<void>;
}

/** A call that the master refused, or that did not reach it (`status` 0). */
export class CallError extends Error {
  override readonly name = "CallError";
  constructor(
    readonly status: number,
    message: string,
  ) {
    super(message);
  }
}
