import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { expect } from "chai";

const root = fileURLToPath(new URL("../..", import.meta.url));
const MAX_LINES = 400;

interface Source {
  /** From the repository's root. */
  readonly file: string;
  readonly text: string;
}

const sources: readonly Source[] = ["core", "modules", "plugins", "integration"]
  .flatMap((folder) =>
    readdirSync(join(root, folder), { recursive: true, encoding: "utf8" }).map(
      (file) => `${folder}/${file}`,
    ),
  )
  .filter((file) => file.endsWith(".ts") && !/\/(generated|node_modules|dist)\//.test(file))
  .map((file) => ({ file, text: readFileSync(join(root, file), "utf8") }));

/** Which folders of core each may import, beside itself. */
const layers: Readonly<Record<string, readonly string[]>> = {
  "core/base": [],
  "core/resources": ["core/base", "core/protocol"],
  "core/protocol": ["core/base", "core/resources"],
  "core/contracts": ["core/base", "core/resources", "core/protocol"],
  "core/machine": ["core/base", "core/resources", "core/protocol", "core/contracts"],
  "core/client": ["core/base", "core/resources", "core/protocol", "core/contracts", "core/machine"],
};
const machineLayers = Object.keys(layers).filter((layer) => layer !== "core/client");
const allowed: Readonly<Record<string, readonly string[]>> = {
  ...layers,
  "core/master": machineLayers,
  "core/agent": machineLayers,
  "core/kernel": [...machineLayers, "core/master", "core/agent"],
  "core/node": ["core"],
  "core/index.ts": ["core"],
  modules: ["core"],
  plugins: ["core"],
  integration: ["core", "modules", "plugins"],
};

/** Names that bring time, chance or the machine into what has to be the same on every run. */
const banned =
  /(?<![\w.#"'`])(?:Date\b|Math\.random\b|performance\b\.|process\.(?!length)|Buffer\b|fetch\((?!\w+: )|set(?:Timeout|Interval|Immediate)\b|queueMicrotask\b|crypto\.|globalThis\b|require\()/;

/** Code without comments and texts, line for line. */
function codeOf(text: string): string {
  return text.replace(
    /\/\*[\s\S]*?\*\/|\/\/[^\n]*|"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*'/g,
    (match) => match.replace(/[^\n]/g, " "),
  );
}

function importsOf({ file, text }: Source): readonly string[] {
  const specifiers = [
    ...text.matchAll(/^(?:import|export)\b[^;]*?from "([^"]+)";/gm),
    ...text.matchAll(/\bimport\("([^"]+)"\)/g),
    ...text.matchAll(/^import "([^"]+)";/gm),
  ].map((match) => match[1] ?? "");
  return specifiers.map((specifier) =>
    specifier.startsWith(".")
      ? relative(root, join(root, dirname(file), specifier)).replace(/\.js$/, ".ts")
      : specifier,
  );
}

/** The packages that a file imports, and everything that it imports in turn. */
function packagesOf(entry: string): ReadonlySet<string> {
  const byFile = new Map(sources.map((source) => [source.file, source]));
  const seen = new Set([entry]);
  // A set also visits what is added while it is walked.
  for (const file of seen) {
    const source = byFile.get(file);
    if (source !== undefined) for (const imported of importsOf(source)) seen.add(imported);
  }
  const packages = [...seen].filter((name) => !/^node:|\.ts$/.test(name));
  return new Set(packages.map((name) => name.match(/^(?:@[^/]+\/)?[^/]+/)?.[0] ?? name));
}

function folderOf(file: string): string {
  const [top = "", second = ""] = file.split("/");
  return top === "core" ? `core/${second}` : top;
}

function isTest(file: string): boolean {
  return file.endsWith(".test.ts");
}

function forbiddenImport(source: Source, imported: string): boolean {
  const from = folderOf(source.file);
  if (!/^(core|modules|plugins|integration)\//.test(imported)) {
    return imported.startsWith("node:") && from.startsWith("core/") && from !== "core/node";
  }
  const to = folderOf(imported);
  if (to === from) return crossesModules(source.file, imported);
  return !(allowed[from] ?? []).some((folder) => to === folder || to.startsWith(`${folder}/`));
}

/** Modules meet through contracts: one may use its own files and those under `support`, not another's. */
function crossesModules(file: string, imported: string): boolean {
  if (!file.startsWith("modules/") || imported.startsWith("modules/support/")) return false;
  const home = file.replace(/\.ts$/, "");
  return !imported.startsWith(`${home}/`) && dirname(imported) !== dirname(file);
}

describe("tidy", () => {
  it("imports only downwards", () => {
    const offences = sources
      .filter(({ file }) => !isTest(file))
      .flatMap((source) =>
        importsOf(source)
          .filter((imported) => forbiddenImport(source, imported))
          .map((imported) => `${source.file} imports ${imported}`),
      );
    expect(offences).to.deep.equal([]);
  });

  it("keeps time, chance and the machine out of core", () => {
    const offences = sources
      .filter(({ file }) => /^core\/(?!node\/)/.test(file) && !isTest(file))
      .flatMap(({ file, text }) =>
        codeOf(text)
          .split("\n")
          .flatMap((line, i) => (banned.test(line) ? [`${file}:${i + 1}: ${line.trim()}`] : [])),
      );
    expect(offences).to.deep.equal([]);
  });

  it("waits only in modules and in core/node", () => {
    const offences = sources
      .filter(({ file }) => /^core\/(base|resources|protocol|machine|master|agent)\//.test(file))
      .filter(({ file, text }) => !isTest(file) && /\basync\s|\bawait\s/.test(codeOf(text)))
      .map(({ file }) => file)
      .filter((file) => file !== "core/base/disposable.ts");
    expect(offences).to.deep.equal([]);
  });

  it("keeps every file short enough to read", () => {
    const offences = sources
      .map(({ file, text }) => ({ file, lines: text.trimEnd().split("\n").length }))
      .filter(({ lines }) => lines > MAX_LINES)
      .map(({ file, lines }) => `${file}: ${lines} lines`);
    expect(offences).to.deep.equal([]);
  });

  it("leaves nothing to be done, and runs every test", () => {
    const marks = [/\bTODO\b/, /\bFIXME\b/, /\bXXX\b/, /\b(?:describe|it)\.only\(/, /@ts-ignore/];
    const offences = sources
      .filter(({ file }) => file !== "integration/tidy.test.ts")
      .flatMap(({ file, text }) =>
        marks.filter((mark) => mark.test(text)).map((mark) => `${file}: ${mark.source}`),
      );
    expect(offences).to.deep.equal([]);
  });

  it("names files in kebab-case", () => {
    const plain = /^[a-z0-9]+(?:-[a-z0-9]+)*(?:\.[a-z]+)*\.ts$/;
    const offences = sources
      .map(({ file }) => file)
      .filter((file) => !plain.test(file.split("/").at(-1) ?? ""));
    expect(offences).to.deep.equal([]);
  });

  it("asks whoever installs it for every package that is imported", () => {
    const { dependencies, devDependencies, peerDependencies, peerDependenciesMeta } = JSON.parse(
      readFileSync(join(root, "package.json"), "utf8"),
    ) as Readonly<Record<string, Readonly<Record<string, unknown>>>>;
    const notInstalled = (entry: string) =>
      [...packagesOf(entry)].filter((name) => !Object.hasOwn(dependencies ?? {}, name)).sort();
    expect(notInstalled("core/index.ts")).to.deep.equal([]);
    expect(notInstalled("core/client/index.ts")).to.deep.equal([]);
    const forTests = [...notInstalled("integration/index.ts"), "mocha"];
    expect(Object.keys(peerDependencies ?? {})).to.deep.equal(forTests);
    const optional = Object.fromEntries(forTests.map((name) => [name, { optional: true }]));
    expect(peerDependenciesMeta).to.deep.equal(optional);
    expect(devDependencies).to.include.all.keys(forTests);
  });

  it("says what every built-in module is for", () => {
    const offences = sources
      .filter(
        ({ file, text }) =>
          /^(modules|plugins)\//.test(file) && /defineModule\(|definePlugin\(/.test(text),
      )
      .filter(({ text }) => !/\bdescription:/.test(text))
      .map(({ file }) => file);
    expect(offences).to.deep.equal([]);
  });
});
