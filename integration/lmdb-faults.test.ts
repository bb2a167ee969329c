import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { expect } from "chai";
import { KernelError } from "../core/base/kernel-error.js";
import { SeededRandom } from "../core/base/random.js";
import type { RegistrySnapshot } from "../core/contracts/registry-store.js";
import { LmdbRegistry } from "../modules/registries/lmdb.js";
import { SealedStore } from "../modules/support/lmdb/sealed-store.js";

const WRITER = fileURLToPath(new URL("./lmdb-writer.js", import.meta.url));
const PAGE_BYTES = 4096;

describe("the LMDB registry", () => {
  let workDir: string;
  let directory: string;
  let data: string;
  beforeEach(() => {
    workDir = mkdtempSync(join(tmpdir(), "dasmos-faults-"));
    directory = join(workDir, "registry");
    data = join(directory, "data.mdb");
  });
  afterEach(() => rmSync(workDir, { recursive: true }));

  async function load(): Promise<RegistrySnapshot> {
    const registry = new LmdbRegistry({ workDir });
    try {
      await registry.open();
      return await registry.load();
    } finally {
      await registry.dispose();
    }
  }
  /** What opening and loading the registry ends with. */
  async function outcome(): Promise<{ readonly code: string; readonly message: string }> {
    const error = await load().then(
      () => "opened",
      (cause: unknown) => cause,
    );
    expect(error).to.be.instanceOf(KernelError);
    return error as KernelError;
  }
  /** A registry of a thousand agents that was closed in order. */
  async function fill(): Promise<void> {
    const registry = new LmdbRegistry({ workDir });
    await registry.open();
    await registry.apply(
      Array.from({ length: 1000 }, (_, i) => ({
        collection: "agents",
        key: `S${i}`,
        value: { hostname: `host-${i}`, padding: "p".repeat(400) },
      })),
    );
    await registry.dispose();
  }
  /** As a crash leaves it. */
  function forgetOrderlyClose(): void {
    rmSync(join(directory, "closed-in-order"), { force: true });
  }
  function change(edit: (bytes: Buffer) => void): void {
    const bytes = readFileSync(data);
    edit(bytes);
    writeFileSync(data, bytes);
  }

  it("loses nothing it has acknowledged when its process is killed", async function () {
    this.timeout(60_000);
    const random = new SeededRandom(7);
    const acknowledged = new Set<number>();
    for (let round = 0; round < 12; round++) {
      const first = round * 100_000;
      const writer = spawn(process.execPath, [WRITER, directory, String(first)], {
        stdio: ["ignore", "pipe", "inherit"],
      });
      const enough = 1 + random.integer(60);
      let heard = 0;
      for await (const line of createInterface(writer.stdout)) {
        acknowledged.add(Number(line));
        if (++heard === enough) writer.kill("SIGKILL");
      }
      expect(heard).to.be.at.least(enough);
    }
    const snapshot = await load();
    const agents = snapshot.get("agents") ?? new Map<string, unknown>();
    const lost = [...acknowledged].filter((number) => !agents.has(`S${number}`));
    const torn = [...agents.keys()].filter((key) => !snapshot.get("gone")?.has(key));
    expect({ lost, torn }).to.deep.equal({ lost: [], torn: [] });
  });

  it("finds one flipped bit, and names file, record and remedy", async () => {
    await fill();
    change((bytes) => {
      const at = bytes.indexOf("host-500");
      bytes[at] = (bytes[at] as number) ^ 4;
    });
    const { code, message } = await outcome();
    expect(code).to.equal("STORE_CORRUPT");
    expect(message).to.include(data).and.include("agents/S500").and.include("remove");
  });

  it("survives the reading of pages that end a process", async () => {
    await fill();
    forgetOrderlyClose();
    change((bytes) => bytes.fill(0, 4 * PAGE_BYTES, bytes.length - 4 * PAGE_BYTES));
    const zeroed = await outcome();
    truncateSync(data, 8 * PAGE_BYTES);
    const truncated = await outcome();
    change((bytes) => bytes.fill(0x5a, 0, 2 * PAGE_BYTES));
    const garbage = await outcome();
    const codes = [zeroed, truncated, garbage].map(({ code }) => code);
    expect(codes).to.deep.equal(["STORE_CORRUPT", "STORE_CORRUPT", "STORE_CORRUPT"]);
    expect(truncated.message).to.match(/ends a process with SIG/);
  });

  it("does not take an emptied file for a new registry", async () => {
    await fill();
    truncateSync(data, 0);
    const emptied = await outcome();
    rmSync(data);
    const removed = await outcome();
    expect([emptied.code, removed.code]).to.deep.equal(["STORE_CORRUPT", "STORE_CORRUPT"]);
    expect(removed.message).to.include(join(directory, "created")).and.include("empty");
  });

  it("refuses a file that belongs to another registry, or to none", async () => {
    await fill();
    writeFileSync(join(directory, "created"), "another");
    const another = await outcome();
    rmSync(join(directory, "created"));
    const none = await outcome();
    expect([another.code, none.code]).to.deep.equal(["STORE_CORRUPT", "STORE_CORRUPT"]);
  });

  it("goes on with a creation that a crash has cut short", async () => {
    mkdirSync(directory);
    writeFileSync(data, "");
    const remedy = "none";
    await (await SealedStore.open({ directory, remedy })).close();
    rmSync(join(directory, "created"));
    forgetOrderlyClose();
    expect(await load()).to.deep.equal(new Map());
  });

  it("says when the disk is full, and writes no more", async () => {
    await fill();
    const script = `ulimit -f 900; trap '' XFSZ; exec "$0" "$@"`;
    const writer = spawn("bash", ["-c", script, process.execPath, WRITER, directory, "0"], {
      stdio: ["ignore", "ignore", "pipe"],
    });
    let errors = "";
    writer.stderr.on("data", (text: Buffer) => (errors += text.toString()));
    const [code, signal] = (await once(writer, "close")) as [number | null, string | null];
    expect({ code, signal }).to.deep.equal({ code: 1, signal: null });
    expect(errors).to.include("STORE_FAILED").and.include(data);
    expect((await load()).get("agents")?.size).to.be.at.least(1000);
  });
});
