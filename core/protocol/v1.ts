/** The v1 messages by package: `v1.TaskInfo`, `scheduler.Call`, `executor.Event`, `master.Call`, … */
export type * as agent from "./generated/agent.js";
export type * as allocator from "./generated/allocator.js";
export type * as executor from "./generated/executor.js";
export type * as maintenance from "./generated/maintenance.js";
export type * as master from "./generated/master.js";
export type * as v1 from "./generated/mesos.js";
export type * as quota from "./generated/quota.js";
export type * as scheduler from "./generated/scheduler.js";
