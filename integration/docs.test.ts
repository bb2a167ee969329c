import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { expect } from "chai";

const root = fileURLToPath(new URL("../..", import.meta.url));

const pages = [
  "README.md",
  "CHANGELOG.md",
  ...readdirSync(join(root, "docs"), { recursive: true, encoding: "utf8" })
    .filter((file) => file.endsWith(".md"))
    .map((file) => join("docs", file)),
];

/** A page without its blocks of code. */
function proseOf(page: string): string {
  return readFileSync(join(root, page), "utf8").replace(/^```[\s\S]*?^```$/gm, "");
}

/** What a heading is linked to by, as code hosts make it. */
function anchorOf(heading: string): string {
  const kept = heading.toLowerCase().replace(/[^\p{L}\p{N}\s_-]/gu, "");
  return kept.trim().replaceAll(" ", "-");
}

function anchorsOf(page: string): readonly string[] {
  return [...proseOf(page).matchAll(/^#+ (.+)$/gm)].map(([, heading = ""]) => anchorOf(heading));
}

function brokenLinks(page: string): readonly string[] {
  const links = [...proseOf(page).matchAll(/\]\(([^)\s]+)\)/g)].map(([, link = ""]) => link);
  return links.filter((link) => {
    if (/^https?:/.test(link)) return false;
    const [path = "", anchor] = link.split("#");
    const target = path === "" ? page : relative(root, join(root, dirname(page), path));
    if (!existsSync(join(root, target))) return true;
    return anchor !== undefined && !anchorsOf(target).includes(anchor);
  });
}

describe("the documents", () => {
  it("link to what is there", () => {
    const broken = pages.flatMap((page) => brokenLinks(page).map((link) => `${page}: ${link}`));
    expect(broken).to.deep.equal([]);
  });

  it("name files of the repository that are there", () => {
    const paths = /`((?:core|integration|config|docs|scripts)\/[\w./-]+\.\w+)`/g;
    const missing = pages.flatMap((page) =>
      [...proseOf(page).matchAll(paths)]
        .filter(([, path = ""]) => !existsSync(join(root, path)))
        .map(([, path]) => `${page}: ${path}`),
    );
    expect(missing).to.deep.equal([]);
  });

  it("can be found from the first page", () => {
    const readme = readFileSync(join(root, "README.md"), "utf8");
    const guides = readdirSync(join(root, "docs")).filter((file) => file.endsWith(".md"));
    const unlinked = guides.filter((file) => !readme.includes(`(docs/${file})`));
    expect(unlinked).to.deep.equal([]);
  });
});
