import { MessageCodec } from "./codec.js";
import { MAX_REQUEST_VALUES } from "./limits.js";

export const schedulerCall = new MessageCodec("mesos.v1.scheduler.Call", MAX_REQUEST_VALUES);
export const schedulerEvent = new MessageCodec("mesos.v1.scheduler.Event");
export const schedulerResponse = new MessageCodec("mesos.v1.scheduler.Response");
export const executorCall = new MessageCodec("mesos.v1.executor.Call", MAX_REQUEST_VALUES);
export const executorEvent = new MessageCodec("mesos.v1.executor.Event");
export const masterCall = new MessageCodec("mesos.v1.master.Call", MAX_REQUEST_VALUES);
export const masterResponse = new MessageCodec("mesos.v1.master.Response");
export const masterEvent = new MessageCodec("mesos.v1.master.Event");
export const agentCall = new MessageCodec("mesos.v1.agent.Call", MAX_REQUEST_VALUES);
export const agentResponse = new MessageCodec("mesos.v1.agent.Response");
/** What the streams of attached and debug containers carry. */
export const processIo = new MessageCodec("mesos.v1.agent.ProcessIO");
/** What a contender writes to ZooKeeper, and a detector reads there. */
export const masterInfo = new MessageCodec("mesos.v1.MasterInfo");
