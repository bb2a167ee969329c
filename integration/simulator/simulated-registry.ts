import {
  type RegistryCollection,
  type RegistryOperation,
  type RegistrySnapshot,
  registryCollections,
} from "../../core/contracts/registry-store.js";
import { deepFreeze } from "./deep-freeze.js";
import type { SimulatedDisk } from "./simulated-disk.js";

/** The one registry of all masters, as the `RegistryStore` contract has it, with callbacks for promises. */
export class SimulatedRegistry {
  private readonly records = new Map<RegistryCollection, Map<string, unknown>>(
    registryCollections.map((collection) => [collection, new Map()]),
  );
  private epoch = 0;

  constructor(readonly disk: SimulatedDisk) {}

  /** Fences every earlier leader. */
  open(done: (epoch: number, registry: RegistrySnapshot) => void): void {
    const epoch = ++this.epoch;
    this.disk.read(() => done(epoch, this.snapshot()));
  }

  /** `done` says whether it was written: false where a newer leader has opened the registry. */
  apply(
    epoch: number,
    batch: readonly RegistryOperation[],
    done: (written: boolean) => void,
  ): void {
    deepFreeze(batch);
    let written = false;
    this.disk.write(
      () => {
        written = epoch === this.epoch;
        if (!written) return;
        for (const { collection, key, value } of batch) {
          const records = this.records.get(collection) as Map<string, unknown>;
          if (value === undefined) records.delete(key);
          else records.set(key, value);
        }
      },
      () => done(written),
    );
  }

  /** Whether a record would be there for the next leader. */
  has(collection: RegistryCollection, key: string): boolean {
    return this.records.get(collection)?.has(key) ?? false;
  }

  /** Only what survives encoding. */
  snapshot(): RegistrySnapshot {
    const copy = new Map<RegistryCollection, ReadonlyMap<string, unknown>>();
    for (const [collection, records] of this.records)
      copy.set(collection, new Map([...records].map(([key, value]) => [key, encoded(value)])));
    return copy;
  }
}

/** A value as it comes back from a store. */
export function encoded(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value));
}
