import type { CheckpointRecord } from "../../core/contracts/checkpoint-store.js";
import { deepFreeze } from "./deep-freeze.js";
import type { SimulatedDisk } from "./simulated-disk.js";
import { encoded } from "./simulated-registry.js";

/** One agent's checkpoints, as the `CheckpointStore` contract has it, with callbacks for promises. */
export class SimulatedCheckpoints {
  private readonly records = new Map<string, unknown>();

  constructor(readonly disk: SimulatedDisk) {}

  load(done: (checkpoints: ReadonlyMap<string, unknown>) => void): void {
    this.disk.read(() =>
      done(new Map([...this.records].map(([key, value]) => [key, encoded(value)]))),
    );
  }

  write(batch: readonly CheckpointRecord[], done: () => void): void {
    deepFreeze(batch);
    this.disk.write(() => {
      for (const { key, value } of batch) {
        if (value === undefined) this.records.delete(key);
        else this.records.set(key, value);
      }
    }, done);
  }

  /** The machine is set up anew. */
  wipe(): void {
    this.records.clear();
  }
}
