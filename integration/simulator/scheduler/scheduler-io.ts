import type { OfferId, StreamId } from "../../../core/base/ids.js";
import type { scheduler, v1 } from "../../../core/protocol/v1.js";

/** What may happen to a simulated scheduler. */
export type SchedulerInput =
  | { readonly type: "START" }
  | { readonly type: "STREAM_OPENED"; readonly stream: StreamId }
  | { readonly type: "EVENT"; readonly event: scheduler.Event }
  /** Refused, broken, or never answered. */
  | { readonly type: "STREAM_CLOSED"; readonly message: string }
  /** Refused or not answered; in the latter case it may have been served all the same, or still be. */
  | { readonly type: "CALL_FAILED"; readonly call: scheduler.Call }
  | { readonly type: "TIMER"; readonly timer: SchedulerTimer };

export type SchedulerTimer =
  | { readonly type: "TICK" }
  | { readonly type: "SUBSCRIBE" }
  | { readonly type: "ANSWER_OFFER"; readonly offerId: OfferId }
  | { readonly type: "DECLINE"; readonly offerId: OfferId }
  | { readonly type: "ACKNOWLEDGE"; readonly status: v1.TaskStatus };

/** What a simulated scheduler wants done. */
export type SchedulerEffect =
  /** Opens a stream in place of the present one, if any. */
  | { readonly type: "SUBSCRIBE"; readonly call: scheduler.Call }
  | { readonly type: "CALL"; readonly stream: StreamId; readonly call: scheduler.Call }
  | { readonly type: "CLOSE_STREAM" }
  | { readonly type: "TIMER"; readonly timer: SchedulerTimer; readonly delayMs: number };
