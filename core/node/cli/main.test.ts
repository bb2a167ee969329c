import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import { Command } from "commander";
import { VERSION } from "../version.js";
import type { CliContext } from "./command.js";
import { main } from "./main.js";
import { addProcessOptions, configurationSource } from "./process-options.js";

async function run(...args: string[]): Promise<{ code: number; out: string; err: string }> {
  let out = "";
  let err = "";
  const code = await main(args, {
    environment: {},
    out: (text) => void (out += text),
    err: (text) => void (err += text),
  });
  return { code, out, err };
}

describe("dasmos", () => {
  let directory = "";
  before(() => {
    directory = mkdtempSync(join(tmpdir(), "dasmos-cli-"));
  });
  after(() => {
    rmSync(directory, { recursive: true });
  });

  it("shows its help and its version", async () => {
    expect(await run("--version")).to.deep.equal({ code: 0, out: `${VERSION}\n`, err: "" });
    const help = await run("--help");
    expect([help.code, help.err]).to.deep.equal([0, ""]);
    expect(help.out).to.match(/^Usage: dasmos/);
  });

  it("ends with 2 where the command line is wrong", async () => {
    for (const args of [["nope"], ["config", "schema", "x"], ["config", "check"], ["--nope"]]) {
      const { code, out, err } = await run(...args);
      expect([code, out]).to.deep.equal([2, ""]);
      expect(err).to.match(/^error: /);
    }
  });

  it("ends with 1 where a command fails, and says why with its code", async () => {
    const file = join(directory, "bad.yaml");
    writeFileSync(file, "workDir: /w\nmaster: x\nport: [1");
    const { code, err } = await run("config", "check", file);
    expect(code).to.equal(1);
    expect(err)
      .to.match(/^error: .*bad\.yaml:\n.*at line 3/)
      .and.match(/\(CONFIGURATION_INVALID\)\n$/);
  });

  it("checks a configuration as that of the process it fits best", async () => {
    const file = join(directory, "one.yaml");
    writeFileSync(file, "workDir: /w\nmaster: 10.0.0.1:5050\nswitchUser: false\n");
    const expected = `${file}: a valid configuration of an agent\n`;
    expect(await run("config", "check", file)).to.deep.equal({ code: 0, out: expected, err: "" });
    writeFileSync(file, "agents: 2\nagent: { recoveryTimeout: 1 }\n");
    expect((await run("config", "check", file)).err).to.match(
      /agent\.recoveryTimeout: expected a duration/,
    );
  });

  it("judges a file with many mistakes by its keys, and says as whose it does", async () => {
    const file = join(directory, "i.yaml");
    const mistakes = [
      "workDir: x",
      "agentPingTimeout: 5sec",
      "weights: {a: -1}",
      "whitelist: 3",
      "domain: {x: 1}",
      'roles: "a,b"',
      'minAllocatableResources: ["cpus:x"]',
    ];
    writeFileSync(file, mistakes.join("\n"));
    const { code, err } = await run("config", "check", file);
    expect(code).to.equal(1);
    expect(err.split("\n")[0]).to.equal(`error: ${file}, as a master's configuration:`);
    expect(err)
      .to.contain("\n  agentPingTimeout: expected a duration")
      .and.not.contain("unknown key, did");
  });

  it("prints a JSON Schema for editors", async () => {
    const { code, out } = await run("config", "schema", "agent");
    const schema = JSON.parse(out) as { properties: Record<string, unknown> };
    expect(code).to.equal(0);
    expect(schema.properties["executorShutdownGracePeriod"]).to.deep.equal({
      description: "how long an executor has to shut down before it is killed",
      default: "5secs",
      type: "string",
      pattern: "^\\d+(?:\\.\\d+)?(?:ns|us|ms|secs|mins|hrs|days|weeks)$",
    });
  });

  it("lists the built-in modules by kind", async () => {
    const { code, out } = await run("modules", "list");
    expect(code).to.equal(0);
    expect(out).to.match(/^isolator \(agent\)\n {2}filesystem\/posix +\S/m);
    expect(out).to.match(/^qos-controller \(agent; not supported yet\)\n {2}none built in/m);
  });
});

describe("process options", () => {
  const context: CliContext = {
    environment: { DASMOS_CONFIG: "from-environment.yaml" },
    out: () => {},
    err: () => {},
  };
  const source = (...args: string[]) => {
    const command = addProcessOptions(new Command("agent"), "agent").parse(args, { from: "user" });
    const { file, flags } = configurationSource(command, "agent", context);
    return { file, flags: flags.map(({ source: flag, text }) => `${flag}=${text}`) };
  };

  it("reads a flag for every setting, and nothing that was not given", () => {
    const flags = ["--work-dir", "/w", "--no-switch-user", "--isolators=a,b", "--insecure"];
    expect(source("-c", "agent.yaml", ...flags)).to.deep.equal({
      file: "agent.yaml",
      flags: ["--insecure=true", "--work-dir=/w", "--switch-user=false", "--isolators=a,b"],
    });
  });

  it("takes the file from the environment where no flag names one", () => {
    expect(source()).to.deep.equal({ file: "from-environment.yaml", flags: [] });
  });
});
