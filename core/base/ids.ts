/** Ids are plain strings, as they stand in a message's `value`; the names say which is meant. */
export type AgentId = string;
export type ContainerId = string;
export type ExecutorId = string;
export type FrameworkId = string;
export type OfferId = string;
export type TaskId = string;
/** One connection between a master and an agent; a reconnecting agent gets another. */
export type ConnectionId = string;
/** One event stream to a scheduler or an executor. A scheduler's is its `Mesos-Stream-Id`. */
export type StreamId = string;
/** One HTTP request that waits for its answer. */
export type RequestId = string;
/** One batch handed to a store; its outcome comes back under the same ticket. */
export type Ticket = number;
