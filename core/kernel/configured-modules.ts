import type { z } from "zod";
import { isolatorStages } from "../contracts/isolator.js";
import { check, type Checked, pathOf, type Problem, unknownKey } from "./configuration/problems.js";
import { unknownKeys } from "./configuration/unknown-keys.js";
import type { Module } from "./module.js";
import type { ModuleKind } from "./module-kinds.js";
import type { Plugin } from "./plugin.js";

/** A loaded module with its parameters read by its own schema. */
export interface ConfiguredModule {
  readonly kind: ModuleKind;
  /** How the configuration names it. */
  readonly reference: string;
  readonly module: Module;
  readonly parameters: unknown;
}

/** A loaded plugin with its parameters read by its own schema. */
export interface ConfiguredPlugin {
  readonly reference: string;
  readonly plugin: Plugin;
  readonly parameters: unknown;
}

/** Isolators in the order of their stages, everything else as the configuration has it. */
export function inStageOrder(modules: readonly ConfiguredModule[]): readonly ConfiguredModule[] {
  const stageOf = ({ module }: ConfiguredModule) =>
    module.kind === "isolator" ? isolatorStages.indexOf(module.stage ?? "other") : 0;
  return modules.toSorted((one, other) =>
    one.kind === other.kind ? stageOf(one) - stageOf(other) : 0,
  );
}

type Parameters = Readonly<Record<string, unknown>>;

/** Where the parameters of a module stand: under `kind:reference`, or under its reference alone. */
export function parametersKey(parameters: Parameters, kind: string, reference: string): string {
  const qualified = `${kind}:${reference}`;
  return Object.hasOwn(parameters, qualified) ? qualified : reference;
}

/** Reads a module's parameters by its schema; none given means every default. Unknown keys are refused, at any depth. */
export function readParameters(
  schema: z.ZodType,
  parameters: Parameters,
  key: string,
): Checked<unknown> {
  const input = parameters[key] ?? {};
  const at = pathOf("modules.parameters", key);
  const checked = check(schema, input, at);
  const unknown = unknownKeys(schema, input, at);
  if (unknown.length === 0) return checked;
  return { ok: false, problems: [...(checked.ok ? [] : checked.problems), ...unknown] };
}

/** Parameters that no loaded module or plugin takes: most often a name written wrong. */
export function strayParameters(
  parameters: Parameters,
  taken: ReadonlySet<string>,
  references: readonly string[],
): readonly Problem[] {
  return Object.keys(parameters)
    .filter((key) => !taken.has(key))
    .map((key) => {
      const path = pathOf("modules.parameters", key);
      const isLoaded = references.includes(key.replace(/^[a-z-]+:/, ""));
      return isLoaded
        ? { path, message: "expected nothing, because the module takes no parameters" }
        : unknownKey(path, key, references);
    });
}
