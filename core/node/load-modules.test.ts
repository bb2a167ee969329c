import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import { KernelError } from "../base/kernel-error.js";
import { loadAgentConfiguration } from "./load-configuration.js";
import { builtInModules, loadModule, loadPlugin } from "./load-modules.js";

const api = new URL("../kernel/module.js", import.meta.url).href;
const plugins = new URL("../kernel/plugin.js", import.meta.url).href;
const zod = import.meta.resolve("zod");

const isolator = (fields: string) => `
import { defineModule } from ${JSON.stringify(api)};
import { z } from ${JSON.stringify(zod)};
export default defineModule({
  kind: "isolator", name: "mine", apiVersion: 1, implementation: class {}, ${fields}
});`;

describe("loadModule", () => {
  let directory = "";
  const write = (file: string, text: string): void => {
    mkdirSync(join(directory, file, ".."), { recursive: true });
    writeFileSync(join(directory, file), text);
  };
  const failure = async (reference: string): Promise<object> => {
    const error: unknown = await loadModule("isolator", reference, directory).catch((e) => e);
    expect(error).to.be.instanceOf(KernelError);
    const { code, message } = error as KernelError;
    return { code, message: message.replaceAll(directory, "DIR") };
  };

  before(() => {
    directory = mkdtempSync(join(tmpdir(), "dasmos-modules-"));
  });
  after(() => {
    rmSync(directory, { recursive: true });
  });

  it("loads a built-in by its name, a file by its path and a package by its name", async () => {
    write("mine.mjs", isolator(""));
    write("node_modules/plain/package.json", '{"type": "module", "main": "index.js"}');
    write("node_modules/plain/index.js", isolator(""));
    const exports = '{"type": "module", "exports": {"./deep/mine": {"import": "./m.js"}}}';
    write("node_modules/@me/mine/package.json", exports);
    write("node_modules/@me/mine/m.js", isolator(""));
    const references = ["filesystem/posix", "./mine.mjs", "plain", "@me/mine/deep/mine"];
    const loaded = await Promise.all(
      references.map((reference) => loadModule("isolator", reference, directory)),
    );
    expect(loaded.map(({ kind, name }) => `${kind} ${name}`)).to.deep.equal([
      "isolator filesystem/posix",
      "isolator mine",
      "isolator mine",
      "isolator mine",
    ]);
  });

  it("refuses names that are none or lead nowhere", async () => {
    const names = ["posix/../../../core/index", "A b", "", "file:///x"];
    for (const name of names)
      expect(await failure(name)).to.deep.equal({
        code: "MODULE_INVALID",
        message: `isolator "${name}" is not a name, a package or a path of a module`,
      });
    expect(await failure("./nowhere.js")).to.include({ code: "MODULE_NOT_FOUND" });
    expect(await failure("filesystem/posx")).to.deep.equal({
      code: "MODULE_NOT_FOUND",
      message: 'no isolator "filesystem/posx": did you mean "filesystem/posix"?',
    });
  });

  it("refuses what is of another kind or version, names itself wrong, or is no module at all", async () => {
    write("allocator.mjs", isolator('kind: "allocator"'));
    write("future.mjs", isolator("apiVersion: 99"));
    write("bare.mjs", 'export default { kind: "isolator", name: "bare", apiVersion: 1 };');
    write("classless.mjs", isolator("implementation: undefined"));
    write("nameless.mjs", isolator("name: 5"));
    write("named.mjs", isolator('name: "My Isolator"'));
    write("staged.mjs", isolator('stage: "bogus"'));
    const messages: Readonly<Record<string, string>> = {
      "./allocator.mjs": "is of kind allocator, and cannot be used as isolator",
      "./future.mjs": "is written for API version 99; this kernel has 1",
      "./bare.mjs": "does not export a defineModule result by default",
      "./classless.mjs": "has no class as its implementation",
      "./nameless.mjs": "calls itself 5, which is no module name, such as disk/quota",
      "./named.mjs": 'calls itself "My Isolator", which is no module name, such as disk/quota',
      "./staged.mjs":
        'is of stage "bogus": expected one of filesystem, runtime, volume, disk, gpu, network, other',
    };
    for (const [reference, message] of Object.entries(messages))
      expect(await failure(reference)).to.deep.equal({
        code: "MODULE_INVALID",
        message: `isolator "${reference}" ${message}`,
      });
  });

  it("names a module that throws while it is loaded, and keeps the cause", async () => {
    write("throws.mjs", 'throw new Error("boom");');
    const error: unknown = await loadModule("isolator", "./throws.mjs", directory).catch((e) => e);
    expect(error).to.include({
      code: "MODULE_FAILED",
      message: 'isolator "./throws.mjs" failed to load: boom',
    });
    expect((error as KernelError).cause).to.have.property("message", "boom");
  });

  it("names a module whose loading does not end", async () => {
    write("hang.mjs", "await new Promise(() => {});");
    const error: unknown = await loadModule("isolator", "./hang.mjs", directory, 50).catch(
      (e) => e,
    );
    expect(error).to.include({
      code: "MODULE_FAILED",
      message: 'isolator "./hang.mjs" did not finish loading within 0.05 s',
    });
  });

  it("refuses a kind that no kernel calls yet, and says which are called", async () => {
    const error: unknown = await loadModule("qos-controller", "load", directory).catch((e) => e);
    expect(error).to.have.property("code", "NOT_SUPPORTED");
    expect(error)
      .to.have.property("message")
      .that.matches(/^qos-controller "load": .* of kind qos-controller yet; it calls allocator, /);
  });

  it("loads plugins, and nothing else as one", async () => {
    const head = `import { definePlugin } from ${JSON.stringify(plugins)};`;
    write("tap.mjs", `${head} export default definePlugin({ name: "tap", apiVersion: 1 });`);
    expect(await loadPlugin("./tap.mjs", directory)).to.include({ name: "tap" });
    const error: unknown = await loadPlugin("./mine.mjs", directory).catch((e) => e);
    expect(error).to.include({
      message: 'plugin "./mine.mjs" does not export a definePlugin result by default',
    });
  });

  it("reads parameters with the configuration, and tells all that is wrong at once", async () => {
    const schema = "schema: z.object({ sharesPerCpu: z.number().default(1024) })";
    write("shares.mjs", isolator(`parameters: { token: Symbol("shares"), ${schema} }`));
    const isolators = "isolators: [./shares.mjs, ./nowhere.js], launcher: posix";
    write(
      "agent.yaml",
      `workDir: 5\nmaster: a:1\nmodules: {${isolators}, parameters: {
        ./shares.mjs: {sharesPerCpu: many, sharePerCpu: 1}, ./share.mjs: {}, posix: {a: 1}}}`,
    );
    const file = join(directory, "agent.yaml");
    const error: unknown = await loadAgentConfiguration({ file, environment: {}, flags: [] }).catch(
      (e) => e,
    );
    expect(error).to.have.property("code", "CONFIGURATION_INVALID");
    expect((error as KernelError).message.replaceAll(directory, "DIR").split("\n")).to.deep.equal([
      "DIR/agent.yaml:",
      "  workDir: expected a path, got 5",
      '  modules.parameters["./shares.mjs"].sharesPerCpu: expected a number, got "many"',
      '  modules.parameters["./shares.mjs"].sharePerCpu: unknown key, did you mean sharesPerCpu?',
      '  modules.isolators[1]: no isolator "./nowhere.js": there is no such file',
      '  modules.parameters["./share.mjs"]: unknown key, did you mean ./shares.mjs?',
      "  modules.parameters.posix: expected nothing, because the module takes no parameters",
    ]);
  });
});

describe("a modules section", () => {
  let directory = "";
  before(() => {
    directory = mkdtempSync(join(tmpdir(), "dasmos-section-"));
    const schema = "schema: z.object({ sharesPerCpu: z.number().default(1024) })";
    const text = isolator(`parameters: { token: Symbol("shares"), ${schema} }`);
    writeFileSync(join(directory, "shares.mjs"), text);
  });
  after(() => {
    rmSync(directory, { recursive: true });
  });

  const problemsOf = async (modules: string): Promise<readonly string[]> => {
    const file = join(directory, "agent.yaml");
    writeFileSync(file, `workDir: /w\nmaster: a:1\nip: 0.0.0.0\nmodules: {${modules}}`);
    const error: unknown = await loadAgentConfiguration({ file, environment: {}, flags: [] }).catch(
      (e) => e,
    );
    return (error as KernelError).message.split("\n").slice(1);
  };

  it("is read and loaded as far as it is right", async () => {
    const parameters = "{./shares.mjs: {sharesPerCpu: many}, ./other.mjs: {}}";
    expect(
      await problemsOf(
        `isolators: [./shares.mjs, 3, ./nope.js], launcher: 4, httpAuthenticators: 5,
         plugins: [./nope.js], parameters: ${parameters}`,
      ),
    ).to.deep.equal([
      "  modules.isolators[1]: expected a text, got 3",
      "  modules.launcher: expected a text, got 4",
      "  modules.httpAuthenticators: expected a list, got 5",
      '  modules.parameters["./shares.mjs"].sharesPerCpu: expected a number, got "many"',
      '  modules.isolators[2]: no isolator "./nope.js": there is no such file',
      '  modules.plugins[0]: no plugin "./nope.js": there is no such file',
    ]);
  });

  it("names the module whose schema is none, waits or throws, beside everything else", async () => {
    const write = (file: string, parameters: string) => {
      writeFileSync(join(directory, file), isolator(`parameters: ${parameters}`));
    };
    const token = 'token: Symbol("bad")';
    write("none.mjs", `{ ${token}, schema: {} }`);
    write("bare.mjs", "z.object({})");
    write("absent.mjs", "null");
    write("tokenless.mjs", "{ schema: z.object({}) }");
    write("waits.mjs", `{ ${token}, schema: z.object({}).refine(async () => true) }`);
    const throwing = 'z.object({}).transform(() => { throw new Error("boom"); })';
    write("throws.mjs", `{ ${token}, schema: ${throwing} }`);
    const names = ["none", "bare", "absent", "tokenless", "waits", "throws", "nope"];
    const problems = await problemsOf(
      `isolators: [${names.map((name) => `./${name}.mjs`).join()}], plugins: 3`,
    );
    const noSchema =
      "has parameters without a zod schema: expected parameters.schema to be one of zod 4, such as z.object({})";
    expect(problems.slice(2)).to.deep.equal([
      `  modules.isolators[0]: isolator "./none.mjs" ${noSchema}`,
      `  modules.isolators[1]: isolator "./bare.mjs" ${noSchema}`,
      `  modules.isolators[2]: isolator "./absent.mjs" ${noSchema}`,
      '  modules.isolators[3]: isolator "./tokenless.mjs" has parameters, but no token for its constructor to get them by',
      '  modules.isolators[4]: isolator "./waits.mjs" has a schema that waits, and parameters are read at once',
      '  modules.isolators[5]: isolator "./throws.mjs" failed to read its parameters: boom',
      '  modules.isolators[6]: no isolator "./nope.mjs": there is no such file',
    ]);
  });

  it("knows every key of the parameters, at any depth", async () => {
    const schema =
      "schema: z.object({ limits: z.object({ cpus: z.number().default(1) }).prefault({}) })";
    const text = isolator(`parameters: { token: Symbol("nested"), ${schema} }`);
    writeFileSync(join(directory, "nested.mjs"), text);
    const [, problem] = await problemsOf(
      "isolators: [./nested.mjs], parameters: {./nested.mjs: {limits: {cpu: 2}}}",
    );
    expect(problem).to.equal(
      '  modules.parameters["./nested.mjs"].limits.cpu: unknown key, did you mean cpus?',
    );
  });

  it("blames no module for parameters that could not be read", async () => {
    const [exposed, ...others] = await problemsOf(
      "isolators: [./shares.mjs, ./nope.js, ./shares.mjs], parameters: 3",
    );
    expect(exposed).to.match(/modules.isolators: expected each name once/);
    expect(others.map((line) => line.split(", ")[0])).to.deep.equal([
      "  modules.parameters: expected an object",
      "  ip: expected a loopback address",
      '  modules.isolators[1]: no isolator "./nope.js": there is no such file',
    ]);
  });
});

describe("builtInModules", () => {
  it("finds every module below the kind's folder, and what each is for", async () => {
    const isolators = await builtInModules("isolator");
    expect(isolators.map(({ name }) => name)).to.include.members(["filesystem/posix", "posix/cpu"]);
    expect(isolators.filter(({ description }) => !description)).to.deep.equal([]);
  });
});
