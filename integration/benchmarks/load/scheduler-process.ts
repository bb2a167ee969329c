import { LoadScheduler } from "./load-scheduler.js";
import type { SchedulerOrder, SchedulerReply } from "./orders.js";

/** The process of a scheduler. */
let scheduler: LoadScheduler | undefined;
const reply = (message: SchedulerReply): void => void process.send?.(message);

process.on("message", (order: SchedulerOrder) => {
  if (order.type === "LAUNCH") return scheduler?.launch(order.tasks);
  scheduler = new LoadScheduler(order.port, order.encoding, () => reply({ type: "SUBSCRIBED" }));
  scheduler.subscribe();
});
process.on("disconnect", () => process.exit(0));
