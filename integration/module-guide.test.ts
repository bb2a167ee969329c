import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect } from "chai";

const root = fileURLToPath(new URL("../..", import.meta.url));
const page = join(root, "docs", "writing-a-module.md");
const examples = ["sandbox-notes", "job-labels", "whole-agents.test"].map(
  (name) => `integration/outside-package/src/${name}.ts`,
);

function read(file: string): string {
  return readFileSync(join(root, file), "utf8");
}

/** The hooks of a class: each field with what its comment says of it. */
function hooksOf(process: string, file: string): readonly string[] {
  const fields = read(file).matchAll(
    /\/\*\*([^/]*?)\*\/\s*readonly (\w+): (Decorator|Announcement|AsyncStep)</g,
  );
  return [...fields].map(([, comment = "", name, type]) => {
    const words = comment
      .replace(/^\s*\* ?/gm, " ")
      .replace(/\s+/g, " ")
      .trim();
    return `| ${process} | \`${name}\` | ${type} | ${words} |`;
  });
}

const hooks = [
  "| process | hook | type | called with (and Mesos' name for it) |",
  "| --- | --- | --- | --- |",
  ...hooksOf("master", "core/master/master-hooks.ts"),
  ...hooksOf("agent", "core/agent/agent-hooks.ts"),
].join("\n");

const blocks: readonly (readonly [name: string, block: string])[] = [
  ...examples.map((file) => [file, `\`\`\`ts\n${read(file)}\`\`\``] as const),
  ["hooks", hooks],
];

describe("docs/writing-a-module.md", () => {
  it("shows the examples that are tested, and every hook (REWRITE=1 writes it)", () => {
    const text = readFileSync(page, "utf8");
    const expected = blocks.reduce((before, [name, block]) => {
      const [head, rest = ""] = before.split(`<!-- begin ${name} -->`);
      const tail = rest.slice(rest.indexOf(`<!-- end ${name} -->`));
      return `${head}<!-- begin ${name} -->\n\n${block}\n\n${tail}`;
    }, text);
    if (process.env["REWRITE"] === "1") writeFileSync(page, expected);
    else expect(text).to.equal(expected);
  });
});
