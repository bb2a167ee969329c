import { z } from "zod";
import { type ErrorCode, KernelError, messageOf } from "../base/kernel-error.js";
import type { ModulesConfiguration } from "../kernel/configuration/modules-fields.js";
import { pathOf, type Problem } from "../kernel/configuration/problems.js";
import {
  type ConfiguredModule,
  type ConfiguredPlugin,
  parametersKey,
  readParameters,
  strayParameters,
} from "../kernel/configured-modules.js";
import { loadModule, loadPlugin } from "./load-modules.js";

/** The modules and plugins of a configuration, in its order. */
export interface LoadedModules {
  readonly modules: readonly ConfiguredModule[];
  readonly plugins: readonly ConfiguredPlugin[];
}

/** Loads everything a `modules` section names and reads its parameters; what goes wrong is told all at once. */
export async function loadConfigured(
  section: ModulesConfiguration | undefined,
  directory: string,
): Promise<LoadedModules & { readonly problems: readonly Problem[] }> {
  if (section === undefined) return { modules: [], plugins: [], problems: [] };
  const { selected, plugins: references } = section;
  const reader = new ParametersReader(section);
  const modules: ConfiguredModule[] = [];
  for (const { kind, reference, path } of selected) {
    const module = await reader.attempt(path, () => loadModule(kind, reference, directory));
    const read = reader.read({ kind, reference, path }, module);
    if (module !== undefined) modules.push({ kind, reference, module, parameters: read });
  }
  const plugins: ConfiguredPlugin[] = [];
  for (const [i, reference] of references.entries()) {
    const path = pathOf("modules.plugins", i);
    const plugin = await reader.attempt(path, () => loadPlugin(reference, directory));
    const read = reader.read({ kind: "plugin", reference, path }, plugin);
    if (plugin !== undefined) plugins.push({ reference, plugin, parameters: read });
  }
  return { modules, plugins, problems: reader.finish() };
}

interface Named {
  readonly kind: string;
  readonly reference: string;
  /** Where the configuration names it. */
  readonly path: string;
}
interface Parametrized {
  readonly parameters?: { readonly schema: z.ZodType };
}

class ParametersReader {
  private readonly problems: Problem[] = [];
  private readonly taken = new Set<string>();
  private readonly references: string[] = [];

  private readonly parameters: ModulesConfiguration["parameters"];
  private readonly unread: readonly string[];

  constructor({ parameters, unread = [] }: ModulesConfiguration) {
    this.parameters = parameters;
    this.unread = unread;
  }

  async attempt<T>(path: string, load: () => Promise<T>): Promise<T | undefined> {
    try {
      return await load();
    } catch (error) {
      if (!(error instanceof KernelError)) throw error;
      const code: ErrorCode = error.code;
      this.problems.push({ path, message: error.message, code, cause: error.cause ?? error });
      return undefined;
    }
  }

  read(named: Named, definition: Parametrized | undefined): unknown {
    const key = parametersKey(this.parameters, named.kind, named.reference);
    this.references.push(named.reference);
    const schema = definition?.parameters?.schema;
    // What could not be loaded may well have parameters; what has none leaves them to others of its name.
    if (definition === undefined || schema !== undefined) this.taken.add(key);
    if (schema === undefined || this.unread.includes("parameters")) return undefined;
    const checked = this.check(named, schema, key);
    if (checked.ok) return checked.value;
    this.problems.push(...checked.problems);
    return undefined;
  }

  /** What a schema of somebody else throws is its module's problem, as is one that answers later. */
  private check({ kind, reference, path }: Named, schema: z.ZodType, key: string) {
    try {
      return readParameters(schema, this.parameters, key);
    } catch (cause) {
      const waits = cause instanceof z.core.$ZodAsyncError;
      const code: ErrorCode = waits ? "MODULE_INVALID" : "MODULE_FAILED";
      const what = waits
        ? "has a schema that waits, and parameters are read at once"
        : `failed to read its parameters: ${messageOf(cause)}`;
      const message = `${kind} "${reference}" ${what}`;
      return { ok: false as const, problems: [{ path, message, code, cause }] };
    }
  }

  finish(): readonly Problem[] {
    // They may be those of what could not be read.
    if (this.unread.length > 0) return this.problems;
    return [...this.problems, ...strayParameters(this.parameters, this.taken, this.references)];
  }
}
