import { z } from "zod";
import {
  configurationKey,
  type ModuleKind,
  moduleKinds,
  type ModuleKindRow,
} from "../module-kinds.js";
import type { Parted } from "./fields.js";
import { pathOf } from "./problems.js";

/** One module that a configuration names. */
export interface ModuleSelection {
  readonly kind: ModuleKind;
  /** A built-in's name, or the package or path of a module from outside. */
  readonly reference: string;
  /** Where the configuration names it. */
  readonly path: string;
}

/** The `modules` section as it was read. */
export interface ModulesConfiguration {
  readonly selected: readonly ModuleSelection[];
  readonly plugins: readonly string[];
  /** By reference, or by `kind:reference` where several kinds have a module of that name. */
  readonly parameters: Readonly<Record<string, unknown>>;
  /** The keys that could not be read, or not all of it; absent: none. */
  readonly unread?: readonly string[];
}

type Defaults = Partial<Record<ModuleKind, string | readonly string[]>>;

/** The `modules` section of a process: a key for every kind that it loads, the plugins, and everybody's parameters. */
export function modulesField(process: "master" | "agent", defaults: Defaults) {
  const kinds = kindsOf(process);
  const shape: Record<string, z.ZodType> = {};
  for (const kind of kinds) shape[configurationKey(kind)] = kindField(kind, defaults[kind]);
  const fields = {
    ...shape,
    plugins: references("the plugins, in the order of their taps", []),
    parameters,
  };
  const schema = z
    .strictObject(fields)
    .transform((section) => toConfiguration(kinds, section))
    .prefault({})
    .describe("what fills the kernel's slots, by kind");
  return Object.assign(schema, {
    readPartly: (input: unknown) => readPartly(kinds, fields, input),
  }) satisfies Parted<typeof schema>;
}

type Section = Readonly<Record<string, unknown>>;

function toConfiguration(kinds: readonly ModuleKind[], section: Section): ModulesConfiguration {
  return {
    selected: kinds.flatMap((kind) => selectionsOf(kind, section[configurationKey(kind)])),
    plugins: (section["plugins"] ?? []) as readonly string[],
    parameters: (section["parameters"] ?? {}) as Section,
  };
}

/** One key that is wrong hides no other: what the others name is loaded, and its problems are told as well. */
function readPartly(
  kinds: readonly ModuleKind[],
  fields: Readonly<Record<string, z.ZodType>>,
  input: unknown,
): ModulesConfiguration | undefined {
  if (typeof input !== "object" || input === null || Array.isArray(input)) return undefined;
  const section: Record<string, unknown> = {};
  const unread: string[] = [];
  for (const [key, field] of Object.entries(fields)) {
    const value = (input as Section)[key];
    const result = field.safeParse(value);
    if (result.success) section[key] = result.data;
    else {
      unread.push(key);
      // Of what should be modules, the names are read all the same.
      if (key !== "plugins" && key !== "parameters") section[key] = value;
    }
  }
  return { ...toConfiguration(kinds, section), unread };
}

/** The kinds a process loads. */
export function kindsOf(process: "master" | "agent"): readonly ModuleKind[] {
  return (Object.keys(moduleKinds) as ModuleKind[]).filter(
    (kind) => moduleKinds[kind].process === process || moduleKinds[kind].process === "both",
  );
}

const parameters = z
  .record(z.string(), z.unknown())
  .default({})
  .describe("the parameters of modules and plugins, by name (or kind:name where names repeat)");

function kindField(kind: ModuleKind, byDefault: string | readonly string[] | undefined): z.ZodType {
  const { cardinality, supported }: ModuleKindRow = moduleKinds[kind];
  const words = `the ${kind}${cardinality === "many" ? "s" : ""}${supported ? "" : " (not supported yet)"}`;
  if (cardinality === "many") return references(words, [byDefault ?? []].flat());
  const one = z.string().min(1);
  if (byDefault === undefined)
    return (cardinality === "one" ? one : one.optional()).describe(words);
  return one.default(String(byDefault)).describe(words);
}

function references(description: string, byDefault: readonly string[]) {
  return z
    .array(z.string().min(1))
    .refine((items) => new Set(items).size === items.length, "each name once")
    .default([...byDefault])
    .describe(description);
}

/** Every name in a value that may be wrong, once. */
function selectionsOf(kind: ModuleKind, value: unknown): readonly ModuleSelection[] {
  const path = pathOf("modules", configurationKey(kind));
  if (Array.isArray(value))
    return (value as readonly unknown[]).flatMap((reference, i) =>
      isReference(reference) && value.indexOf(reference) === i
        ? [{ kind, reference, path: pathOf(path, i) }]
        : [],
    );
  return isReference(value) ? [{ kind, reference: value, path }] : [];
}

function isReference(value: unknown): value is string {
  return typeof value === "string" && value !== "";
}
