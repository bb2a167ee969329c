import "reflect-metadata";
import { readdirSync } from "node:fs";
import { KernelError, messageOf } from "../base/kernel-error.js";
import { isolatorStages } from "../contracts/isolator.js";
import { suggest } from "../kernel/configuration/suggest.js";
import { quote } from "../protocol/message-error.js";
import { isModuleName, type Module, moduleApiVersion, moduleMark } from "../kernel/module.js";
import { type ModuleKind, moduleKinds } from "../kernel/module-kinds.js";
import { type Plugin, pluginMark } from "../kernel/plugin.js";
import { builtInFolder, isPath, isReference, resolveModule } from "./resolve-module.js";
import { limited } from "./within.js";

const LOADING_LIMIT_MS = 30_000;

/**
 * Imports the module of a kind that a configuration names, and checks that it is what its file says. `directory` is
 * where packages and paths are looked up.
 * @throws KernelError NOT_SUPPORTED, MODULE_NOT_FOUND, MODULE_INVALID or MODULE_FAILED.
 */
export async function loadModule(
  kind: ModuleKind,
  reference: string,
  directory: string,
  limitMs = LOADING_LIMIT_MS,
): Promise<Module> {
  const { folder, supported } = moduleKinds[kind];
  if (!supported) throw notSupported(kind, reference);
  const slot: Slot = {
    what: kind,
    folder: `modules/${folder}`,
    maker: "defineModule",
    mark: moduleMark,
  };
  const module = await load<Module>(slot, reference, directory, limitMs);
  const problem = problemOf(kind, module);
  if (problem !== undefined) throw invalid(kind, reference, problem);
  return module;
}

/** What is wrong with a module: one written in JavaScript was checked by no compiler. */
function problemOf(kind: ModuleKind, { name, stage, ...module }: Module): string | undefined {
  if (module.kind !== kind) return `is of kind ${module.kind}, and cannot be used as ${kind}`;
  if (typeof name !== "string" || !isModuleName(name))
    return `calls itself ${quote(name)}, which is no module name, such as disk/quota`;
  if (stage !== undefined && !isolatorStages.includes(stage))
    return `is of stage ${quote(stage)}: expected one of ${isolatorStages.join(", ")}`;
  if (typeof module.implementation !== "function") return "has no class as its implementation";
  if (module.parameters !== undefined && module.parameters.token === undefined)
    return "has parameters, but no token for its constructor to get them by";
  return undefined;
}

/** Imports a plugin, as {@link loadModule} does a module. */
export async function loadPlugin(reference: string, directory: string): Promise<Plugin> {
  const slot: Slot = { what: "plugin", folder: "plugins", maker: "definePlugin", mark: pluginMark };
  return load<Plugin>(slot, reference, directory, LOADING_LIMIT_MS);
}

/** The names of the built-in modules of a kind: every file below its folder that declares one. */
export async function builtInModules(kind: ModuleKind): Promise<readonly Module[]> {
  return builtIns<Module>(`modules/${moduleKinds[kind].folder}`, moduleMark);
}
export async function builtInPlugins(): Promise<readonly Plugin[]> {
  return builtIns<Plugin>("plugins", pluginMark);
}

interface Slot {
  readonly what: string;
  readonly folder: string;
  readonly maker: string;
  readonly mark: symbol;
}
interface Declared {
  readonly name: string;
  readonly apiVersion: number;
  readonly parameters?: { readonly schema: unknown };
}

async function load<T extends Declared>(
  { what, folder, maker, mark }: Slot,
  reference: string,
  directory: string,
  limitMs: number,
): Promise<T> {
  if (!isReference(reference))
    throw invalid(what, reference, "is not a name, a package or a path of a module");
  const resolved = resolveModule(folder, reference, directory);
  if (resolved === undefined) throw notFound(what, reference, folder);
  const definition = await importDefault(what, reference, resolved.url, limitMs);
  if (!isMarked<T>(definition, mark))
    throw invalid(what, reference, `does not export a ${maker} result by default`);
  if (definition.apiVersion !== moduleApiVersion)
    throw invalid(
      what,
      reference,
      `is written for API version ${definition.apiVersion}; this kernel has ${moduleApiVersion}`,
    );
  if (definition.parameters !== undefined && !isSchema(definition.parameters?.schema))
    throw invalid(
      what,
      reference,
      "has parameters without a zod schema: expected parameters.schema to be one of zod 4, such as z.object({})",
    );
  if (resolved.builtIn && definition.name !== reference)
    throw invalid(what, reference, `calls itself "${definition.name}"`);
  return definition;
}

/** A module that waits for what never comes keeps no process, which would end without a word: the limit keeps it. */
async function importDefault(
  what: string,
  reference: string,
  url: URL,
  limitMs: number,
): Promise<unknown> {
  const message = `${what} "${reference}" did not finish loading within ${limitMs / 1000} s`;
  const late = () => new KernelError("MODULE_FAILED", message);
  return limited(importUnlimited(what, reference, url), { limitMs, late, keepsProcess: true });
}

async function importUnlimited(what: string, reference: string, url: URL): Promise<unknown> {
  try {
    return ((await import(url.href)) as { readonly default?: unknown }).default;
  } catch (cause) {
    const message = `${what} "${reference}" failed to load: ${messageOf(cause)}`;
    throw new KernelError("MODULE_FAILED", message, { cause });
  }
}

function isMarked<T>(definition: unknown, mark: symbol): definition is T {
  return typeof definition === "object" && definition !== null && mark in definition;
}

/** Another installed copy of zod makes schemas that are as good. */
function isSchema(schema: unknown): boolean {
  return typeof schema === "object" && schema !== null && "_zod" in schema && "safeParse" in schema;
}

async function builtIns<T extends Declared>(folder: string, mark: symbol): Promise<readonly T[]> {
  const found: T[] = [];
  for (const name of builtInNames(folder)) {
    const resolved = resolveModule(folder, name, ".");
    if (resolved === undefined) continue;
    const definition = await importDefault(folder, name, resolved.url, LOADING_LIMIT_MS);
    if (isMarked<T>(definition, mark)) found.push(definition);
  }
  return found;
}

/** The files below a folder of built-ins that may be modules, by name. */
function builtInNames(folder: string): readonly string[] {
  try {
    return readdirSync(builtInFolder(folder), { recursive: true, encoding: "utf8" })
      .filter((file) => file.endsWith(".js") && !file.endsWith(".test.js"))
      .map((file) => file.replace(/(\/index)?\.js$/, ""))
      .sort();
  } catch {
    return [];
  }
}

function notFound(what: string, reference: string, folder: string): KernelError {
  const names = builtInNames(folder);
  const guess = suggest(reference, names);
  const hint = isPath(reference)
    ? "there is no such file"
    : guess === undefined
      ? `built in are ${names.join(", ") || "none"}`
      : `did you mean "${guess}"?`;
  return new KernelError("MODULE_NOT_FOUND", `no ${what} "${reference}": ${hint}`);
}

function notSupported(kind: ModuleKind, reference: string): KernelError {
  const supported = Object.entries(moduleKinds).filter(([, row]) => row.supported);
  const kinds = supported.map(([name]) => name).join(", ");
  const message = `${kind} "${reference}": this kernel does not call modules of kind ${kind} yet; it calls ${kinds}`;
  return new KernelError("NOT_SUPPORTED", message);
}

function invalid(what: string, reference: string, problem: string): KernelError {
  return new KernelError("MODULE_INVALID", `${what} "${reference}" ${problem}`);
}
