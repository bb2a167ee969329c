import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import { KernelError } from "../base/kernel-error.js";
import { settingsOf } from "../kernel/configuration/settings.js";
import {
  loadAgentConfiguration,
  loadLocalConfiguration,
  loadMasterConfiguration,
} from "./load-configuration.js";

const MODULES = "modules: { allocator: hierarchical, contender: standalone }\n";

function flag(name: string, text: string) {
  const setting = settingsOf("master").find((one) => one.name === name);
  if (setting === undefined) throw new Error(`no setting ${name}`);
  return { setting, text, source: `--${name}` };
}

describe("loading a configuration", () => {
  let directory = "";
  let file = "";
  before(() => {
    directory = mkdtempSync(join(tmpdir(), "dasmos-configuration-"));
    file = join(directory, "some.yaml");
  });
  after(() => {
    rmSync(directory, { recursive: true });
  });

  async function failure(loading: Promise<unknown>): Promise<string> {
    const error: unknown = await loading.catch((e: unknown) => e);
    expect(error).to.be.instanceOf(KernelError);
    return (error as KernelError).message.replaceAll(directory, "DIR");
  }

  it("takes a flag before a variable before the file before the default", async () => {
    writeFileSync(
      file,
      `workDir: /w\nport: 1\ncluster: file\nmaxCompletedFrameworks: 1\n${MODULES}`,
    );
    const environment = { DASMOS_PORT: "2", DASMOS_CLUSTER: "variable", DASMOS_SORTER: "random" };
    const loaded = await loadMasterConfiguration({ file, environment, flags: [flag("port", "3")] });
    const { port, cluster, maxCompletedFrameworks, maxAgentPingTimeouts } = loaded.configuration;
    expect({ port, cluster, maxCompletedFrameworks, maxAgentPingTimeouts }).to.deep.equal({
      port: 3,
      cluster: "variable",
      maxCompletedFrameworks: 1,
      maxAgentPingTimeouts: 5,
    });
    expect(loaded.modules.map(({ kind, reference }) => `${kind} ${reference}`)).to.deep.equal([
      "allocator hierarchical",
      "sorter random",
      "registry lmdb",
      "contender standalone",
      "transport websocket",
    ]);
  });

  it("says whether a file, a variable or a flag is wrong, all at once", async () => {
    writeFileSync(file, `workDir: 5\n${MODULES}`);
    const environment = { DASMOS_HEARTBEAT_INTERVAL: "x", DASMOS_PRT: "1", DASMOS_SORTER: "drff" };
    const flags = [flag("port", "x"), flag("authorizer", "acl")];
    const message = await failure(loadMasterConfiguration({ file, environment, flags }));
    expect(message.split("\n").map((line) => line.split(/, got |; it calls /)[0])).to.deep.equal([
      "DIR/some.yaml:",
      "  DASMOS_PRT: unknown key, did you mean DASMOS_PORT?",
      "  --port: expected a number",
      "  workDir: expected a path",
      "  DASMOS_HEARTBEAT_INTERVAL: expected a duration such as 15secs (ns, us, ms, secs, mins, hrs, days or weeks)",
      '  DASMOS_SORTER: no sorter "drff": did you mean "drf"?',
      '  --authorizer: authorizer "acl": this kernel does not call modules of kind authorizer yet',
    ]);
  });

  it("names the file and the place where it is no YAML, and a file that is not there", async () => {
    writeFileSync(file, "workDir: /w\nport: [1,\n");
    const source = { file, environment: {}, flags: [] };
    expect(await failure(loadAgentConfiguration(source))).to.match(
      /^DIR\/some\.yaml:\n.* at line 3, column 1/,
    );
    const missing = { ...source, file: join(directory, "missing.yaml") };
    expect(await failure(loadAgentConfiguration(missing))).to.match(
      /^DIR\/missing\.yaml: cannot be read: ENOENT/,
    );
  });

  it("names the place of an alias that stands for nothing, for itself or for too much", async () => {
    const source = { file, environment: {}, flags: [] };
    const problemsOf = async (text: string): Promise<readonly string[]> => {
      writeFileSync(file, text);
      return (await failure(loadMasterConfiguration(source))).split("\n");
    };
    const quote = "quote a text that begins with *";
    expect(await problemsOf("workDir: /w\nwhitelist: *all\nroles: [a, *b]\n")).to.deep.equal([
      "DIR/some.yaml:",
      `  *all at line 2, column 12 is an alias of nothing that is marked &all before it; ${quote}`,
      `  *b at line 3, column 12 is an alias of nothing that is marked &b before it; ${quote}`,
    ]);
    expect(await problemsOf("weights: &w\n  web: *w\n")).to.deep.equal([
      "DIR/some.yaml:",
      "  *w at line 2, column 8 is an alias of what it stands in",
    ]);
    expect((await problemsOf("whitelist: *\n"))[1]).to.match(
      /at line 1, column 12; quote a text that begins with \*/,
    );
    const tenfold = ["a", "b", "c", "d"].map((name, i, all) => {
      const item = i === 0 ? "1" : `*${all[i - 1]}`;
      return `${name}: &${name} [${Array.from({ length: 10 }, () => item).join()}]`;
    });
    expect(await problemsOf(tenfold.join("\n"))).to.deep.equal([
      "DIR/some.yaml:",
      "  its aliases stand for too much: Excessive alias count indicates a resource exhaustion attack",
    ]);
  });

  it("takes aliases that stand for something, and one document a file", async () => {
    const source = { file, environment: {}, flags: [] };
    writeFileSync(file, `workDir: &w /w\ncluster: *w\n${MODULES}`);
    expect((await loadMasterConfiguration(source)).configuration.cluster).to.equal("/w");
    writeFileSync(file, `workDir: /w\n---\nworkDir: /v\n`);
    expect(await failure(loadMasterConfiguration(source))).to.equal(
      "DIR/some.yaml:\n  a configuration is one document, and another begins at line 2",
    );
  });

  it("loads the modules of a local cluster's sections", async () => {
    writeFileSync(file, "agent: { modules: { isolators: [posix/cpi] } }\nmaster: { port: x }\n");
    const message = await failure(loadLocalConfiguration({ file, environment: {}, flags: [] }));
    expect(message.split("\n")).to.deep.equal([
      "DIR/some.yaml:",
      '  master.port: expected a number, got "x"',
      '  agent.modules.isolators[0]: no isolator "posix/cpi": did you mean "posix/cpu"?',
    ]);
  });
});
