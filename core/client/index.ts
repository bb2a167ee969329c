export type { Disposable } from "../base/disposable.js";
export { type Random, SeededRandom } from "../base/random.js";
export type { Clock } from "../machine/runtime.js";
export type { scheduler, v1 } from "../protocol/v1.js";
export { SchedulerClient, type SchedulerClientOptions } from "./scheduler-client.js";
export {
  CallError,
  type SchedulerTransport,
  type SubscriptionHandlers,
} from "./scheduler-transport.js";
