import { injectable } from "inversify";
import { KernelError } from "../../core/base/kernel-error.js";
import type {
  RegistryCollection,
  RegistryOperation,
  RegistrySnapshot,
  RegistryStore,
} from "../../core/contracts/registry-store.js";
import { defineModule } from "../../core/kernel/module.js";

/** What memory registries share: give the same to several masters, and they follow each other as on a real store. */
export class MemoryRegistryContents {
  epoch = 0;
  readonly collections = new Map<RegistryCollection, Map<string, unknown>>();
}

/**
 * A registry that its process takes with it: for tests, and for a cluster that may forget its agents when its master
 * stops. Its epoch is the time of opening, so that agents that live on still see it rise.
 */
@injectable()
export class MemoryRegistry implements RegistryStore {
  private epoch = 0;

  constructor(
    private readonly contents = new MemoryRegistryContents(),
    private readonly now: () => number = Date.now,
  ) {}

  open(atLeast = 0): Promise<number> {
    this.epoch = Math.max(atLeast, this.now(), this.contents.epoch + 1);
    this.contents.epoch = this.epoch;
    return Promise.resolve(this.epoch);
  }

  load(): Promise<RegistrySnapshot> {
    const copy = [...this.contents.collections]
      .filter(([, records]) => records.size > 0)
      .map(([collection, records]) => [collection, new Map(records)] as const);
    return Promise.resolve(new Map(copy));
  }

  apply(batch: readonly RegistryOperation[]): Promise<void> {
    const { epoch, collections } = this.contents;
    if (epoch !== this.epoch)
      return Promise.reject(
        new KernelError(
          "STORE_FENCED",
          `the registry belongs to epoch ${epoch}, this master writes under ${this.epoch}`,
        ),
      );
    for (const { collection, key, value } of batch) {
      let records = collections.get(collection);
      if (records === undefined) collections.set(collection, (records = new Map()));
      if (value === undefined) records.delete(key);
      else records.set(key, value);
    }
    return Promise.resolve();
  }
}

export default defineModule({
  kind: "registry",
  name: "memory",
  apiVersion: 1,
  description: "Forgets everything when the master stops",
  implementation: MemoryRegistry,
});
