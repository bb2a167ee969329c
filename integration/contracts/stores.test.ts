import { mkdtempSync } from "node:fs";
import { rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { LmdbCheckpoints } from "../../modules/checkpoints/lmdb.js";
import { MemoryCheckpoints } from "../../modules/checkpoints/memory.js";
import { LmdbRegistry } from "../../modules/registries/lmdb.js";
import { MemoryRegistry, MemoryRegistryContents } from "../../modules/registries/memory.js";
import { describeCheckpointStore } from "./checkpoint-store.contract.js";
import { describeRegistryStore } from "./registry-store.contract.js";

function temporaryDirectory() {
  const workDir = mkdtempSync(join(tmpdir(), "dasmos-store-"));
  return { workDir, dispose: () => rm(workDir, { recursive: true }) };
}

describeRegistryStore("memory", () => {
  const contents = new MemoryRegistryContents();
  return { store: () => new MemoryRegistry(contents) };
});
describeRegistryStore("lmdb", () => {
  const { workDir, dispose } = temporaryDirectory();
  return { store: () => new LmdbRegistry({ workDir }), dispose };
});
describeCheckpointStore("memory", () => {
  const store = new MemoryCheckpoints();
  return { store: () => store };
});
describeCheckpointStore("lmdb", () => {
  const { workDir, dispose } = temporaryDirectory();
  return {
    store: () => new LmdbCheckpoints({ workDir, runtimeDir: join(workDir, "run") }),
    dispose,
  };
});
