import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect } from "chai";
import { ruleMessages } from "../modules/support/allocation/explanation.js";

const root = fileURLToPath(new URL("../..", import.meta.url));
const page = join(root, "docs", "allocation.md");

const rules = [
  "| rule | means that |",
  "| --- | --- |",
  ...Object.entries(ruleMessages).map(([rule, message]) => `| \`${rule}\` | ${message} |`),
].join("\n");

describe("docs/allocation.md", () => {
  it("lists every rule of an explanation (REWRITE=1 writes them)", () => {
    const text = readFileSync(page, "utf8");
    const expected = text.replace(
      /(<!-- begin rules -->\n\n)[^]*?(<!-- end rules -->)/,
      `$1${rules}\n\n$2`,
    );
    if (process.env["REWRITE"] === "1") writeFileSync(page, expected);
    else expect(text).to.equal(expected);
  });

  it("names tests that there are", () => {
    const cited = [...readFileSync(page, "utf8").matchAll(/\| `([\w/.-]+)`: (.+) \|$/gm)];
    expect(cited).to.have.length.above(5);
    for (const [, file = "", title = ""] of cited)
      expect(readFileSync(join(root, file), "utf8"), file).to.include(`"${title}"`);
  });
});
