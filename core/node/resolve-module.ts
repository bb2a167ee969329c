import { existsSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { isModuleName } from "../kernel/module.js";

/** Where a module's file is, and whether it is one of ours. */
export interface ResolvedModule {
  readonly url: URL;
  readonly builtIn: boolean;
}

const BUILT_INS = new URL("../../", import.meta.url);
const PACKAGE = /^(@[a-z0-9~-][\w.~-]*\/)?[a-z0-9~-][\w.~-]*(\/[\w~-][\w.~-]*)*$/;

/** Whether a configuration may name a module so: as a built-in, a package or a path. */
export function isReference(reference: string): boolean {
  return isPath(reference) || isModuleName(reference) || PACKAGE.test(reference);
}

/** Finds a built-in in its folder under `modules/` (or in `plugins/`), then a package or a path seen from `directory`. */
export function resolveModule(
  folder: string,
  reference: string,
  directory: string,
): ResolvedModule | undefined {
  if (isPath(reference)) return outside(resolve(directory, reference));
  if (isModuleName(reference)) {
    for (const file of [`${reference}.js`, `${reference}/index.js`]) {
      const url = new URL(`${folder}/${file}`, BUILT_INS);
      if (existsSync(url)) return { url, builtIn: true };
    }
  }
  return PACKAGE.test(reference) ? outside(findPackage(reference, directory)) : undefined;
}

/** Whether it says a path rather than a name: it starts with `/`, `./` or `../`. */
export function isPath(reference: string): boolean {
  return /^\.{0,2}\//.test(reference);
}

function outside(file: string | undefined): ResolvedModule | undefined {
  if (file === undefined || !existsSync(file)) return undefined;
  return { url: pathToFileURL(file), builtIn: false };
}

function findPackage(reference: string, directory: string): string | undefined {
  try {
    return createRequire(join(directory, "configuration")).resolve(reference);
  } catch {
    return findImport(reference, directory);
  }
}

/** A package that exports for `import` alone is invisible to `require`: its own `exports` say where its entry is. */
function findImport(reference: string, directory: string): string | undefined {
  const [name = "", scoped] = reference.split("/");
  const packageName = name.startsWith("@") ? `${name}/${scoped}` : name;
  for (let at = resolve(directory); ; at = dirname(at)) {
    const root = join(at, "node_modules", packageName);
    if (existsSync(join(root, "package.json"))) {
      const entry = importEntry(root, `.${reference.slice(packageName.length)}`);
      return entry === undefined ? undefined : join(root, entry);
    }
    if (dirname(at) === at) return undefined;
  }
}

function importEntry(root: string, subpath: string): string | undefined {
  const { exports } = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as {
    readonly exports?: Readonly<Record<string, unknown>>;
  };
  let entry: unknown = exports?.[subpath] ?? (subpath === "." ? exports : undefined);
  while (typeof entry === "object" && entry !== null) {
    const conditions = entry as Readonly<Record<string, unknown>>;
    entry = conditions["node"] ?? conditions["import"] ?? conditions["default"];
  }
  return typeof entry === "string" ? entry : undefined;
}

/** The folder of the built-ins of a kind, or of the plugins. */
export function builtInFolder(folder: string): string {
  return fileURLToPath(new URL(folder, BUILT_INS));
}
