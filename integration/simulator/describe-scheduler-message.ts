import type { scheduler, v1 } from "../../core/protocol/v1.js";
import type { Transcript } from "./transcript.js";

/** A scheduler's call in a few words. */
export function describeCall(transcript: Transcript, call: scheduler.Call): string {
  const { type, accept, decline, kill, acknowledge, reconcile, subscribe } = call;
  if (subscribe !== undefined)
    return `SUBSCRIBE${subscribe.framework_info.id === undefined ? "" : " again"}`;
  if (accept !== undefined)
    return `ACCEPT ${idsOf(transcript, accept.offer_ids)}${(accept.operations ?? []).map(describeOperation).join("")}`;
  if (decline !== undefined) return `DECLINE ${idsOf(transcript, decline.offer_ids)}`;
  if (kill !== undefined) return `KILL ${kill.task_id.value}`;
  if (acknowledge !== undefined) return `ACKNOWLEDGE ${acknowledge.task_id.value}`;
  if (reconcile !== undefined)
    return reconcile.tasks === undefined || reconcile.tasks.length === 0
      ? "RECONCILE"
      : `RECONCILE [${reconcile.tasks.map((task) => task.task_id.value).join(", ")}]`;
  return type ?? "UNKNOWN";
}

function describeOperation(operation: v1.Offer.Operation): string {
  const tasks = operation.launch?.task_infos ?? operation.launch_group?.task_group.tasks ?? [];
  return ` ${operation.type} [${tasks.map((task) => task.task_id.value).join(", ")}]`;
}

function idsOf(transcript: Transcript, ids: readonly v1.OfferID[] = []): string {
  return ids.map(({ value }) => transcript.nameOf(value)).join(", ");
}

/** An event to a scheduler in a few words; undefined for what happens all the time. */
export function describeEvent(transcript: Transcript, event: scheduler.Event): string | undefined {
  const { type, offers, rescind, update, failure, error } = event;
  if (type === "HEARTBEAT") return undefined;
  if (offers !== undefined) {
    const from = (offers.offers ?? []).map((offer) => {
      const agent = transcript.nameOf(offer.agent_id.value);
      return `${transcript.nameOf(offer.id.value)} of ${agent}`;
    });
    return `OFFERS ${from.join(", ")}`;
  }
  if (rescind !== undefined) return `RESCIND ${transcript.nameOf(rescind.offer_id.value)}`;
  if (update !== undefined) return `UPDATE ${describeStatus(update.status)}`;
  if (failure !== undefined) return `FAILURE ${transcript.nameOf(failure.agent_id?.value)}`;
  if (error !== undefined) return `ERROR ${error.message}`;
  return type;
}

function describeStatus({ task_id, state, reason, uuid }: v1.TaskStatus): string {
  const why = reason === undefined ? "" : ` ${reason}`;
  return `${task_id.value} ${state}${why}${uuid === undefined ? " (no uuid)" : ""}`;
}
