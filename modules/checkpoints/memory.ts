import { injectable } from "inversify";
import type { CheckpointRecord, CheckpointStore } from "../../core/contracts/checkpoint-store.js";
import { defineModule } from "../../core/kernel/module.js";

/** Checkpoints that the agent's process takes with it: for tests and simulated agents. */
@injectable()
export class MemoryCheckpoints implements CheckpointStore {
  private readonly records = new Map<string, unknown>();

  load(): Promise<ReadonlyMap<string, unknown>> {
    return Promise.resolve(new Map(this.records));
  }

  write(batch: readonly CheckpointRecord[]): Promise<void> {
    for (const { key, value } of batch) {
      if (value === undefined) this.records.delete(key);
      else this.records.set(key, value);
    }
    return Promise.resolve();
  }
}

export default defineModule({
  kind: "checkpoints",
  name: "memory",
  apiVersion: 1,
  description: "Forgets everything when the agent stops",
  implementation: MemoryCheckpoints,
});
