import { join } from "node:path";
import { injectable } from "inversify";
import { assert } from "../../core/base/assert.js";
import { inject } from "../../core/base/service-token.js";
import { MasterDirectories } from "../../core/contracts/master-directories.js";
import type {
  RegistryCollection,
  RegistryOperation,
  RegistrySnapshot,
  RegistryStore,
} from "../../core/contracts/registry-store.js";
import { defineModule } from "../../core/kernel/module.js";
import { SealedStore } from "../support/lmdb/sealed-store.js";

/** The registry of a single master, in `<workDir>/registry`: one record an entity, and a counter of epochs. */
@injectable()
export class LmdbRegistry implements RegistryStore {
  private store: SealedStore | undefined;
  private epoch = 0;

  constructor(@inject(MasterDirectories) private readonly directories: MasterDirectories) {}

  async open(atLeast = 0): Promise<number> {
    const directory = join(this.directories.workDir, "registry");
    const remedy = `restore ${directory} from a backup, or remove it to let agents be admitted anew`;
    this.store = await SealedStore.open({ directory, remedy });
    return (this.epoch = await this.store.raiseEpoch(atLeast));
  }

  async load(): Promise<RegistrySnapshot> {
    const collections = new Map<RegistryCollection, Map<string, unknown>>();
    for (const [path, value] of this.opened().records()) {
      const slash = path.indexOf("/");
      const collection = path.slice(0, slash) as RegistryCollection;
      let records = collections.get(collection);
      if (records === undefined) collections.set(collection, (records = new Map()));
      records.set(path.slice(slash + 1), value);
    }
    return collections;
  }

  async apply(batch: readonly RegistryOperation[]): Promise<void> {
    const operations = batch.map(({ collection, key, value }) => ({
      key: `${collection}/${key}`,
      value,
    }));
    await this.opened().write(operations, this.epoch);
  }

  async dispose(): Promise<void> {
    await this.store?.close();
  }

  private opened(): SealedStore {
    assert(this.store !== undefined, "the registry is used before it was opened");
    return this.store;
  }
}

export default defineModule({
  kind: "registry",
  name: "lmdb",
  apiVersion: 1,
  description: "Keeps the registry of a single master in its work directory",
  implementation: LmdbRegistry,
});
