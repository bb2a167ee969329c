import type { AgentEffect } from "../agent/agent-io.js";
import type { CheckpointStore } from "../contracts/checkpoint-store.js";
import { createVolume, destroyVolume } from "./volumes.js";

type Checkpoint = Omit<Extract<AgentEffect, { type: "CHECKPOINT" }>, "type" | "ticket">;

/**
 * Carries CHECKPOINTs out in their order. Batches alone go to the store one upon the other; directories of volumes are
 * made before their batch is written and removed once it is durable, and later batches wait for that.
 */
export class CheckpointQueue {
  /** Settles when no volume is worked on any more. */
  private busy: Promise<void> | undefined;

  constructor(private readonly store: CheckpointStore) {}

  /** Resolves when all of it is done. After a failure nothing more is to be written. */
  write(checkpoint: Checkpoint): Promise<void> {
    if (checkpoint.volumes === undefined && this.busy === undefined)
      return this.store.write(checkpoint.records);
    const done = (this.busy ?? Promise.resolve()).then(() => this.carryOut(checkpoint));
    this.busy = done;
    return done.then(() => {
      if (this.busy === done) this.busy = undefined;
    });
  }

  private async carryOut({ records, volumes }: Checkpoint): Promise<void> {
    for (const path of volumes?.create ?? []) await createVolume(path);
    await this.store.write(records);
    for (const directory of volumes?.destroy ?? []) await destroyVolume(directory);
  }
}
