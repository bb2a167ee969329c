import type { Newable } from "inversify";
import type { z } from "zod";
import type { ServiceToken } from "../base/service-token.js";
import type { IsolatorStage } from "../contracts/isolator.js";
import type { ModuleKind, ServiceOf } from "./module-kinds.js";

/** The version of the contracts that modules and plugins are written against. */
export const moduleApiVersion = 1;

/** Marks what {@link defineModule} returns, also across two installed copies of this package. */
export const moduleMark = Symbol.for("dasmos/module");

/** How a module's parameters are checked, and the token under which its constructor gets them. */
export interface ModuleParameters<P> {
  readonly token: ServiceToken<P>;
  /** Every field needs a default, or the module cannot be used without parameters. Unknown keys are refused. */
  readonly schema: z.ZodType<NoInfer<P>>;
}

/** What a module file exports by default. One file, one module. */
export interface ModuleDefinition<K extends ModuleKind = ModuleKind, P = unknown> {
  readonly kind: K;
  /** What configuration calls it, e.g. `cgroups/cpu`; of a built-in, its path under the kind's folder. */
  readonly name: string;
  /** {@link moduleApiVersion} of the kernel it was written for. */
  readonly apiVersion: number;
  /** One line for `dasmos modules list`. */
  readonly description?: string;
  /** Isolators only: they prepare in stage order and clean up in reverse. Absent: `other`. */
  readonly stage?: K extends "isolator" ? IsolatorStage : never;
  readonly parameters?: ModuleParameters<P>;
  /** Built once a kernel; its constructor is injected, and a `dispose` method is called when the kernel stops. */
  readonly implementation: Newable<ServiceOf<K>>;
}

/** A definition that has passed {@link defineModule}. */
export type Module<K extends ModuleKind = ModuleKind> = ModuleDefinition<K> & {
  readonly [moduleMark]: true;
};

/**
 * Declares a module: `export default defineModule({ kind: "isolator", name: "posix/cpu", … })`. A kind that is not
 * there, a class that is not of the kind's interface and a schema that does not fit its token do not compile.
 */
export function defineModule<const K extends ModuleKind, P = undefined>(
  definition: ModuleDefinition<K, P>,
): Module<K> {
  return { ...definition, [moduleMark]: true } as unknown as Module<K>;
}

const MODULE_NAME = /^[a-z0-9][a-z0-9_-]*(\/[a-z0-9][a-z0-9_-]*)*$/;

/** Whether a name is a path of plain segments, so that it cannot leave the folder it is looked up in. */
export function isModuleName(name: string): boolean {
  return MODULE_NAME.test(name);
}
