import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect } from "chai";
import { translations } from "../core/kernel/configuration/mesos-flags.js";
import {
  fieldsOf,
  processNames,
  type Setting,
  settingsOf,
} from "../core/kernel/configuration/settings.js";
import { unsupportedMesosFlags } from "../core/kernel/configuration/unsupported-mesos-flags.js";
import { main } from "../core/node/cli/main.js";

const root = fileURLToPath(new URL("../..", import.meta.url));
const page = join(root, "docs", "configuration.md");

function defaultOf({ byDefault }: Setting): string {
  if (byDefault === undefined) return "";
  if (typeof byDefault === "string") return `\`${byDefault}\``;
  const text = JSON.stringify(byDefault);
  return text === "{}" || text === "[]" ? "" : `\`${text}\``;
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) =>
    `| ${cells.map((cell) => cell.replaceAll("|", "\\|")).join(" | ")} |`;
  return [line(head), line(head.map(() => "---")), ...rows.map(line)].join("\n");
}

function settingsTable(settings: readonly Setting[]): string {
  return table(
    ["key", "default", "what it is"],
    settings.map((setting) => [
      `\`${setting.path.join(".")}\``,
      defaultOf(setting),
      setting.description,
    ]),
  );
}

function unsupportedTable(): string {
  const flags = [...unsupportedMesosFlags];
  const reasons = [...new Set(unsupportedMesosFlags.values())];
  return table(
    ["flags", "why"],
    reasons.map((reason) => [
      flags.flatMap(([flag, why]) => (why === reason ? [`\`${flag}\``] : [])).join(", "),
      reason,
    ]),
  );
}

const blocks: Readonly<Record<string, string>> = {
  ...Object.fromEntries(processNames.map((name) => [name, settingsTable(settingsOf(name))])),
  "renamed flags": table(
    ["Mesos", "here"],
    Object.entries(translations).map(([flag, { to }]) => [`\`--${flag}\``, `\`--${to}\``]),
  ),
  "unsupported flags": unsupportedTable(),
};

/** The page with every block as the code has it. */
function generated(text: string): string {
  return Object.entries(blocks).reduce((before, [name, block]) => {
    const [start, end] = [`<!-- begin ${name} -->`, `<!-- end ${name} -->`];
    const from = before.indexOf(start) + start.length;
    const until = before.indexOf(end);
    expect(until, `docs/configuration.md has a block "${name}"`).to.be.greaterThan(from - 1);
    return `${before.slice(0, from)}\n\n${block}\n\n${before.slice(until)}`;
  }, text);
}

describe("docs/configuration.md", () => {
  it("says what the configuration's schema says (REWRITE=1 writes it)", () => {
    const text = readFileSync(page, "utf8");
    const expected = generated(text);
    if (process.env["REWRITE"] === "1") writeFileSync(page, expected);
    else expect(text).to.equal(expected);
  });
});

describe("config/", () => {
  for (const file of readdirSync(join(root, "config"))) {
    it(`${file} is valid, and every module it names is built in`, async () => {
      let said = "";
      const context = {
        environment: {},
        out: () => {},
        err: (text: string) => void (said += text),
      };
      const code = await main(["config", "check", join(root, "config", file)], context);
      expect([code, said]).to.deep.equal([0, ""]);
    });
  }
});

describe("a configuration's keys", () => {
  const code = ["core/node", "core/kernel/configuration/read-configuration.ts"]
    .flatMap((path) =>
      path.endsWith(".ts")
        ? [path]
        : readdirSync(join(root, path), { recursive: true, encoding: "utf8" })
            .filter((file) => file.endsWith(".ts") && !file.endsWith(".test.ts"))
            .map((file) => `${path}/${file}`),
    )
    .map((file) => readFileSync(join(root, file), "utf8"))
    .join("\n");

  for (const process of processNames)
    it(`of ${process} all mean something: what nobody reads must not be accepted`, () => {
      const unread = Object.entries(fieldsOf[process])
        .map(([key, field]) => ("unit" in field ? `${key}${String(field.unit)}` : key))
        .filter((key) => !new RegExp(`\\b${key}\\b`).test(code));
      expect(unread).to.deep.equal([]);
    });
});
