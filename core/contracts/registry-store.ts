import { serviceToken } from "../base/service-token.js";

/** What a master's registry is made of: one record an entity, never one giant record. */
export const registryCollections = [
  "agents",
  "unreachable",
  "gone",
  "quotas",
  "weights",
  "machines",
  "schedule",
  "capabilities",
] as const;
export type RegistryCollection = (typeof registryCollections)[number];

/** Sets one record, or removes it where `value` is undefined. Values are plain JSON-like data. */
export interface RegistryOperation {
  readonly collection: RegistryCollection;
  readonly key: string;
  readonly value: unknown;
}
/** Every record that is stored, by collection and key. */
export type RegistrySnapshot = ReadonlyMap<RegistryCollection, ReadonlyMap<string, unknown>>;

/**
 * Where masters keep what must outlive them. A batch is applied as a whole and is durable when `apply` resolves.
 *
 * Lifecycle: `open` fences every earlier leader and returns the epoch this one writes under; then `load` once, then
 * `apply` any number of times. After a failed `apply` the master ends its process: it cannot know what was written.
 */
export interface RegistryStore {
  /** @param atLeast the contender's epoch, where it has one. @returns an epoch above every earlier leader's. */
  open(atLeast?: number): Promise<number>;
  /** @throws KernelError STORE_CORRUPT naming the record and the remedy. */
  load(): Promise<RegistrySnapshot>;
  /** @throws KernelError STORE_FENCED when a newer leader has opened the store, STORE_FAILED otherwise. */
  apply(batch: readonly RegistryOperation[]): Promise<void>;
  dispose?(): Promise<void>;
}
export const RegistryStore = serviceToken<RegistryStore>("contracts/RegistryStore");
