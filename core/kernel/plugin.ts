import type { z } from "zod";
import type { AgentHooks } from "../agent/agent-hooks.js";
import type { Disposable } from "../base/disposable.js";
import type { Logger } from "../base/logger.js";
import type { Principal } from "../contracts/principal.js";
import type { Clock } from "../machine/runtime.js";
import type { MasterHooks } from "../master/master-hooks.js";

/** Marks what {@link definePlugin} returns, also across two installed copies of this package. */
export const pluginMark = Symbol.for("dasmos/plugin");

/** What a plugin is given beside the hooks: its parameters and the means to speak and wait, never the kernel itself. */
export interface PluginContext<P = unknown> {
  /** Which kernel it extends; a local cluster makes one context for its master and one for each agent. */
  readonly process: "master" | "agent";
  readonly parameters: P;
  /** Its lines carry the plugin's name. */
  readonly logger: Logger;
  readonly clock: Clock;
}

/** One request to a plugin's route, its body read and its sender authenticated. */
export interface PluginRequest {
  readonly method: string;
  readonly path: string;
  readonly query: Readonly<Record<string, string>>;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string | undefined>>;
  readonly body: Uint8Array;
  readonly principal?: Principal;
}

export interface PluginResponse {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array;
}

/**
 * One HTTP route of a plugin, served by its process under the path as it stands. GET asks for the reader's credentials,
 * the others for the writer's.
 */
export interface PluginRoute {
  readonly method: "GET" | "POST" | "PUT" | "DELETE";
  readonly path: string;
  handle(request: PluginRequest): PluginResponse | Promise<PluginResponse>;
}

/**
 * One number that `/metrics/snapshot` shows. `read` is called whenever somebody looks; what fails or is no finite number is
 * logged once and left out. Names beginning with `master/` and the like are the kernel's own.
 */
export interface PluginMetric {
  /** For instance `rack_labels/labelled`. */
  readonly name: string;
  readonly help: string;
  readonly type: "counter" | "gauge";
  read(): number;
}

/** Something that runs beside the kernel: started after it, disposed of before it. */
export interface PluginService extends Disposable {
  start(): void | Promise<void>;
}

/** What extends a running master or agent. Every part is optional. */
export interface PluginDefinition<P = unknown> {
  /** What configuration calls it; of a built-in, its path under `plugins/`. */
  readonly name: string;
  readonly apiVersion: number;
  /** One line for `dasmos modules list`. */
  readonly description?: string;
  readonly parameters?: { readonly schema: z.ZodType<P> };
  /** Taps the hooks of a master, before it starts. */
  master?(hooks: MasterHooks, context: PluginContext<P>): void;
  /** Taps the hooks of an agent, before it starts. */
  agent?(hooks: AgentHooks, context: PluginContext<P>): void;
  routes?(context: PluginContext<P>): readonly PluginRoute[];
  metrics?(context: PluginContext<P>): readonly PluginMetric[];
  services?(context: PluginContext<P>): readonly PluginService[];
}

/** A definition that has passed {@link definePlugin}. */
export type Plugin = PluginDefinition & { readonly [pluginMark]: true };

/**
 * Declares a plugin: `export default definePlugin({ name: "rack-labels", apiVersion: 1, master(hooks) { … } })`. Its
 * parts are called in the order master or agent, routes, metrics, services; what a hook of it throws is logged and skipped.
 */
export function definePlugin<P = undefined>(definition: PluginDefinition<P>): Plugin {
  return { ...definition, [pluginMark]: true } as unknown as Plugin;
}
