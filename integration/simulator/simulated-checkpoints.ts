import type { CheckpointRecord } from "../../core/contracts/checkpoint-store.js";
import type { VolumeChanges } from "../../core/resources/volumes.js";
import { deepFreeze } from "./deep-freeze.js";
import type { SimulatedDisk } from "./simulated-disk.js";
import { encoded } from "./simulated-registry.js";

/** One agent's checkpoints, as the `CheckpointStore` contract has it, with callbacks for promises. */
export class SimulatedCheckpoints {
  /** The directories of persistent volumes, on the same disk; one whose batch was lost is there and empty. */
  readonly directories = new Set<string>();
  /** Those that may hold data. */
  readonly volumes = new Set<string>();
  private readonly records = new Map<string, unknown>();

  constructor(readonly disk: SimulatedDisk) {}

  load(done: (checkpoints: ReadonlyMap<string, unknown>) => void): void {
    this.disk.read(() =>
      done(new Map([...this.records].map(([key, value]) => [key, encoded(value)]))),
    );
  }

  /** The directories of volumes are made before the batch, and removed after it: a crash may come in between. */
  write(
    batch: readonly CheckpointRecord[],
    { create, destroy }: VolumeChanges,
    done: () => void,
  ): void {
    deepFreeze(batch);
    for (const path of create) this.disk.write(() => void this.directories.add(path), nothing);
    const isLast = destroy.length === 0;
    this.disk.write(
      () => {
        this.apply(batch);
        for (const path of create) this.volumes.add(path);
      },
      isLast ? done : nothing,
    );
    if (isLast) return;
    this.disk.write(() => {
      for (const { path } of destroy) {
        this.directories.delete(path);
        this.volumes.delete(path);
      }
    }, done);
  }

  private apply(batch: readonly CheckpointRecord[]): void {
    for (const { key, value } of batch) {
      if (value === undefined) this.records.delete(key);
      else this.records.set(key, value);
    }
  }

  /** The machine is set up anew. */
  wipe(): void {
    this.records.clear();
    this.volumes.clear();
    this.directories.clear();
  }
}

function nothing(): void {}
