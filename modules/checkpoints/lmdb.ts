import { join } from "node:path";
import { injectable } from "inversify";
import { inject } from "../../core/base/service-token.js";
import { AgentDirectories } from "../../core/contracts/agent-directories.js";
import type { CheckpointRecord, CheckpointStore } from "../../core/contracts/checkpoint-store.js";
import { defineModule } from "../../core/kernel/module.js";
import { SealedStore } from "../support/lmdb/sealed-store.js";

/** An agent's checkpoints in one database, `<workDir>/meta`. */
@injectable()
export class LmdbCheckpoints implements CheckpointStore {
  private store: Promise<SealedStore> | undefined;

  constructor(@inject(AgentDirectories) private readonly directories: AgentDirectories) {}

  async load(): Promise<ReadonlyMap<string, unknown>> {
    return (await this.opened()).records();
  }

  async write(batch: readonly CheckpointRecord[]): Promise<void> {
    await (await this.opened()).write(batch);
  }

  async dispose(): Promise<void> {
    // One that could not be opened has told its caller so.
    const store = await this.store?.catch(() => undefined);
    await store?.close();
  }

  private opened(): Promise<SealedStore> {
    const directory = join(this.directories.workDir, "meta");
    const remedy = `remove ${directory} to start as a new agent: what ran here is killed and reported lost`;
    return (this.store ??= SealedStore.open({ directory, remedy }));
  }
}

export default defineModule({
  kind: "checkpoints",
  name: "lmdb",
  apiVersion: 1,
  description: "Keeps what an agent has to know after a restart in its work directory",
  implementation: LmdbCheckpoints,
});
