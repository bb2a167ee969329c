import { z } from "zod";
import {
  configurationKey,
  type ModuleKind,
  moduleKinds,
  type ModuleKindRow,
} from "../module-kinds.js";
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
}

type Defaults = Partial<Record<ModuleKind, string | readonly string[]>>;

/** The `modules` section of a process: a key for every kind that it loads, the plugins, and everybody's parameters. */
export function modulesField(process: "master" | "agent", defaults: Defaults) {
  const kinds = kindsOf(process);
  const shape: Record<string, z.ZodType> = {};
  for (const kind of kinds) shape[configurationKey(kind)] = kindField(kind, defaults[kind]);
  return z
    .strictObject({
      ...shape,
      plugins: references("the plugins, in the order of their taps", []),
      parameters,
    })
    .transform((section): ModulesConfiguration => {
      const read = section as Readonly<Record<string, unknown>>;
      return {
        selected: kinds.flatMap((kind) => selectionsOf(kind, read[configurationKey(kind)])),
        plugins: section.plugins,
        parameters: section.parameters,
      };
    })
    .prefault({})
    .describe("what fills the kernel's slots, by kind");
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

function selectionsOf(kind: ModuleKind, value: unknown): readonly ModuleSelection[] {
  const path = pathOf("modules", configurationKey(kind));
  if (Array.isArray(value))
    return value.map((reference: string, i) => ({ kind, reference, path: pathOf(path, i) }));
  return typeof value === "string" ? [{ kind, reference: value, path }] : [];
}
