import { serviceToken } from "../base/service-token.js";

/** Sets one record, or removes it where `value` is undefined. Keys are paths: `frameworks/<id>`, `tasks/<fw>/<task>`. */
export interface CheckpointRecord {
  readonly key: string;
  readonly value: unknown;
}

/**
 * Where an agent keeps what its next process has to know. A batch is written as a whole and is durable when `write`
 * resolves; batches are written in the order of their calls.
 */
export interface CheckpointStore {
  /** @throws KernelError STORE_CORRUPT naming the record and the remedy. */
  load(): Promise<ReadonlyMap<string, unknown>>;
  write(batch: readonly CheckpointRecord[]): Promise<void>;
  dispose?(): Promise<void>;
}
export const CheckpointStore = serviceToken<CheckpointStore>("contracts/CheckpointStore");
