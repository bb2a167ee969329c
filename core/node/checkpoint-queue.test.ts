import { readdirSync } from "node:fs";
import { mkdir, mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import type { CheckpointRecord, CheckpointStore } from "../contracts/checkpoint-store.js";
import { CheckpointQueue } from "./checkpoint-queue.js";

/** Writes down what there is on the disk at the moment a batch arrives. */
class WatchingStore implements CheckpointStore {
  readonly seen: string[] = [];

  constructor(private readonly root: string) {}

  async load(): Promise<ReadonlyMap<string, unknown>> {
    return new Map();
  }

  async write([record]: readonly CheckpointRecord[]): Promise<void> {
    this.seen.push(`${record?.key} ${readdirSync(this.root).sort().join()}`);
  }
}

describe("CheckpointQueue", () => {
  let root: string;
  let store: WatchingStore;
  let queue: CheckpointQueue;

  beforeEach(async () => {
    root = await mkdtemp(join(tmpdir(), "dasmos-queue-"));
    store = new WatchingStore(root);
    queue = new CheckpointQueue(store);
  });
  afterEach(() => rm(root, { recursive: true }));

  function records(key: string): readonly CheckpointRecord[] {
    return [{ key, value: true }];
  }

  function volume(name: string, isMount = false) {
    return { path: join(root, name), isMount };
  }

  it("makes volumes before the batch, destroys them after it, and begins no other meanwhile", async () => {
    await mkdir(join(root, "old/data"), { recursive: true });
    await Promise.all([
      queue.write({ records: records("before") }),
      queue.write({
        records: records("volumes"),
        volumes: { create: [volume("new").path], destroy: [volume("old")] },
      }),
      queue.write({ records: records("after") }),
      queue.write({
        records: records("again"),
        volumes: { create: [], destroy: [volume("new"), volume("never-made")] },
      }),
    ]);
    await queue.write({ records: records("last") });
    expect(store.seen).to.deep.equal([
      "before old",
      "volumes new,old",
      "after new",
      "again new",
      "last ",
    ]);
  });

  it("empties the root of a file system, and leaves it there", async () => {
    await mkdir(join(root, "mount/deep"), { recursive: true });
    await writeFile(join(root, "mount/file"), "data");
    const volumes = { create: [volume("mount").path], destroy: [volume("mount", true)] };
    await queue.write({ records: records("r"), volumes });
    expect([await readdir(root), await readdir(join(root, "mount"))]).to.deep.equal([
      ["mount"],
      [],
    ]);
  });

  it("writes nothing more after a failure, which names the volume", async () => {
    await writeFile(join(root, "file"), "");
    const path = join(root, "file/volume");
    const failed = queue.write({ records: records("r"), volumes: { create: [path], destroy: [] } });
    const later = queue.write({ records: records("later") });
    const messages = await Promise.all(
      [failed, later].map((write) => write.catch((error: Error) => error.message)),
    );
    expect(messages[0]).to.equal(
      `the persistent volume in '${path}' cannot be created: ENOTDIR: not a directory, mkdir '${path}'`,
    );
    expect([messages[1], store.seen]).to.deep.equal([messages[0], []]);
  });
});
