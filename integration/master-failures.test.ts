import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect } from "chai";
import { jsonLine, LineProcess } from "./testing/line-process.js";

const program = fileURLToPath(new URL("../../bin/dasmos.js", import.meta.url));
const kernel = new URL("../core/kernel/module.js", import.meta.url).href;

/** What stands for a registry's three methods. */
function registry(methods: string): string {
  return `import { defineModule } from "${kernel}";
class Registry { ${methods} }
export default defineModule({ kind: "registry", name: "broken", apiVersion: 1, implementation: Registry });
`;
}

/** The methods that work. */
const works = "async open() { return 1 } async load() { return new Map() }";

describe("A master", function () {
  this.timeout(90_000);
  let directory: string;
  let master: LineProcess | undefined;

  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), "dasmos-failures-"));
  });
  afterEach(async () => {
    await master?.stop("SIGKILL");
    master = undefined;
    await rm(directory, { recursive: true, force: true });
  });

  async function start(methods: string, flags: readonly string[] = []): Promise<LineProcess> {
    const module = join(directory, "broken.mjs");
    await writeFile(module, registry(methods));
    const configuration = { workDir: directory, port: 0, modules: { registry: module } };
    const file = join(directory, "master.yaml");
    await writeFile(file, JSON.stringify(configuration));
    const args = [program, "master", "--config", file, "--log-format=json", ...flags];
    master = new LineProcess("master", process.execPath, args);
    return master;
  }

  async function weigh(one: LineProcess): Promise<void> {
    const port = await one.line("is up", (line) => {
      const { msg, port: own } = jsonLine(line) ?? {};
      return msg === "master is up" ? Number(own) : undefined;
    });
    const body = {
      type: "UPDATE_WEIGHTS",
      update_weights: { weight_infos: [{ role: "a", weight: 2 }] },
    };
    const call = fetch(`http://127.0.0.1:${port}/api/v1`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify(body),
    });
    await call.catch(() => undefined);
  }

  function reasons(one: LineProcess): readonly unknown[] {
    return one.all((line) => {
      const { msg, cause } = jsonLine(line) ?? {};
      return msg === "the master cannot go on" ? cause : undefined;
    });
  }

  it("ends with 1, and says why, when its registry cannot be written", async () => {
    const one = await start(`${works} async apply() { throw new Error("no space left") }`);
    await weigh(one);
    expect(await one.exited).to.equal(1);
    expect(reasons(one)).to.deep.equal(["the registry cannot be written: no space left"]);
  });

  it("ends with 1 when its registry takes too long to write", async () => {
    const one = await start(`${works} apply() { return new Promise(() => {}) }`, [
      "--registry-store-timeout=100ms",
    ]);
    await weigh(one);
    expect(await one.exited).to.equal(1);
    expect(reasons(one)).to.deep.equal([
      "the registry cannot be written: writing the registry took longer than 100 ms",
    ]);
  });

  it("ends with 1 when its registry cannot be read", async () => {
    const one = await start(`async open() { return 1 } async load() { throw new Error("torn") }`);
    expect(await one.exited).to.equal(1);
    expect(one.all((line) => (line.includes("torn") ? "torn" : undefined))).to.not.deep.equal([]);
  });

  it("stops when it is asked to while it starts", async () => {
    const opening = "opening the registry";
    const one = await start(`open() { console.error("${opening}"); return new Promise(() => {}) }`);
    await one.line(opening, (line) => (line.includes(opening) ? line : undefined));
    expect(await one.stop("SIGTERM")).to.equal(0);
  });
});
