import "reflect-metadata";
import { Container } from "inversify";
import type { AgentHooks } from "../agent/agent-hooks.js";
import { agentHooksToken } from "../agent/agent-hooks.js";
import { assert } from "../base/assert.js";
import { type Disposable, DisposableStack } from "../base/disposable.js";
import { KernelError, messageOf } from "../base/kernel-error.js";
import { Logger } from "../base/logger.js";
import { nameService } from "../base/service-name.js";
import type { ServiceToken } from "../base/service-token.js";
import { isThenable } from "../base/thenable.js";
import { Clock } from "../machine/runtime.js";
import type { MasterHooks } from "../master/master-hooks.js";
import { masterHooksToken } from "../master/master-hooks.js";
import {
  type ConfiguredModule,
  type ConfiguredPlugin,
  inStageOrder,
} from "./configured-modules.js";
import { moduleKinds } from "./module-kinds.js";
import type { PluginContext, PluginRoute, PluginService } from "./plugin.js";
import { PluginMetrics } from "./plugin-metrics.js";

/** When the log names a plugin's service that everything else waits for. */
const SLOW_AFTER_MS = 5_000;

/** A service that the process provides, beside those of the modules. */
export interface Provided {
  readonly token: ServiceToken<unknown>;
  readonly value: unknown;
}
export function provide<T>(token: ServiceToken<T>, value: T): Provided {
  return { token, value };
}

export interface KernelOptions {
  readonly process: "master" | "agent";
  readonly logger: Logger;
  readonly clock: Clock;
  /** The hooks of the process, tapped by its plugins before anything starts. */
  readonly hooks: { readonly master: MasterHooks } | { readonly agent: AgentHooks };
  readonly modules: readonly ConfiguredModule[];
  readonly plugins: readonly ConfiguredPlugin[];
  /** What modules may have injected beside the logger, the clock, the hooks and each other. */
  readonly provided?: readonly Provided[];
  /** What has to outlast all modules, such as the lock on what they write to: closed after everything else. */
  readonly held?: Disposable;
}

/** A route, and the plugin that a problem with it is to be laid to. */
export interface AddedRoute {
  readonly plugin: string;
  readonly route: PluginRoute;
}

/**
 * One master or agent put together: its modules' services, each built once, and what its plugins add. Everything that was
 * opened is closed last-in, first-out: what was built, started or added later may still use what was there before it.
 *
 * Lifecycle: {@link boot} builds all of it; the process takes services from it, adds what it opens itself, and calls
 * `start` once the machine runs; `dispose` stops all in reverse order.
 */
export class Kernel implements Disposable {
  readonly routes: AddedRoute[] = [];
  readonly metrics: PluginMetrics;
  private readonly services: { readonly name: string; readonly service: PluginService }[] = [];
  private readonly container = new Container();
  private readonly disposables = new DisposableStack();
  private started = false;
  private closed = false;

  constructor(private readonly options: KernelOptions) {
    this.metrics = new PluginMetrics(options.logger);
    if (options.held) this.disposables.add(options.held);
  }

  /** The service of a kind that has exactly one module, or one that the process provided. */
  get<T>(token: ServiceToken<T>): T {
    return this.container.get<T>(token);
  }
  getOptional<T>(token: ServiceToken<T>): T | undefined {
    return this.container.isBound(token) ? this.container.get<T>(token) : undefined;
  }
  /** Isolators come in the order of their stages, others in the order of the configuration. */
  getAll<T>(token: ServiceToken<T>): readonly T[] {
    return this.container.isBound(token) ? this.container.getAll<T>(token) : [];
  }

  /** What the process opened, to be closed before everything that the kernel has opened until now. */
  add<T extends Disposable>(disposable: T): T {
    return this.disposables.add(disposable);
  }

  /** Starts the plugins' services, in the order of the configuration. */
  async start(): Promise<void> {
    assert(!this.started, "a kernel starts once");
    this.started = true;
    for (const { name, service } of this.services) {
      if (this.closed) return;
      const what = `plugin ${name}`;
      this.closeLater(what, () => this.warnWhenSlow(`${what} is still closing`, service.dispose()));
      await attempt(what, () => this.warnWhenSlow(`${what} is still starting`, service.start()));
    }
  }

  async dispose(): Promise<void> {
    this.closed = true;
    await this.disposables.dispose();
  }

  /** Called once, by {@link boot}. */
  async build(): Promise<void> {
    this.bindProvided();
    const modules = inStageOrder(this.options.modules);
    const built = modules.map((configured) => [configured, this.bindModule(configured)] as const);
    for (const [{ kind, reference }, own] of built)
      await attempt(`${kind} ${reference}`, () => this.container.get(own));
    for (const configured of this.options.plugins)
      await attempt(`plugin ${configured.reference}`, () => this.plugIn(configured));
  }

  private bindProvided(): void {
    const { logger, clock, hooks, provided = [] } = this.options;
    const own =
      "master" in hooks
        ? provide(masterHooksToken, hooks.master)
        : provide(agentHooksToken, hooks.agent);
    for (const { token, value } of [
      provide(Logger, logger),
      provide(Clock, clock),
      own,
      ...provided,
    ])
      this.container.bind(token).toConstantValue(value);
  }

  /** Each module is bound under a token of its own, so that an error can name it, and its kind's token leads there. */
  private bindModule({ kind, reference, module, parameters }: ConfiguredModule): symbol {
    const own = Symbol(`${kind} ${reference}`);
    if (module.parameters !== undefined) {
      const { token } = module.parameters;
      if (this.container.isBound(token)) {
        const problem = "has the parameters' token of another module";
        throw new KernelError("MODULE_INVALID", `${kind} ${reference}: ${problem}`);
      }
      this.container.bind(token).toConstantValue(parameters);
    }
    this.container
      .bind<object>(own)
      .to(module.implementation)
      .inSingletonScope()
      .onActivation((_, service) => {
        nameService(service, module.name);
        const { dispose } = service as Partial<Disposable>;
        if (dispose) this.closeLater(`${kind} ${reference}`, () => dispose.call(service));
        return service;
      });
    this.container.bind(moduleKinds[kind].token as ServiceToken<unknown>).toService(own);
    return own;
  }

  /** What is not the kernel's own may fail to close: that is logged, and hides neither why it is closed nor the rest. */
  private closeLater(what: string, close: () => void | Promise<void>): void {
    this.disposables.defer(async () => {
      try {
        await close();
      } catch (cause) {
        this.options.logger.error(`${what} failed to close`, { cause });
      }
    });
  }

  private async warnWhenSlow(warning: string, work: void | Promise<void>): Promise<void> {
    const { clock, logger } = this.options;
    const timer = clock.schedule(SLOW_AFTER_MS, () =>
      logger.warn(warning, { afterMs: SLOW_AFTER_MS }),
    );
    try {
      await work;
    } finally {
      timer.dispose();
    }
  }

  private plugIn({ reference, plugin, parameters }: ConfiguredPlugin): void {
    const { process, clock, logger, hooks } = this.options;
    const named = withPlugin(logger, reference);
    const context: PluginContext = { process, parameters, clock, logger: named };
    const made = <T>(part: string, value: T): T =>
      notAwaited(`plugin ${reference}: ${part}`, value);
    if ("master" in hooks) made("master", plugin.master?.(hooks.master, context));
    else made("agent", plugin.agent?.(hooks.agent, context));
    for (const route of made("routes", plugin.routes?.(context)) ?? [])
      this.routes.push({ plugin: reference, route });
    for (const metric of made("metrics", plugin.metrics?.(context)) ?? [])
      this.metrics.add(reference, metric);
    for (const service of made("services", plugin.services?.(context)) ?? [])
      this.services.push({ name: reference, service });
  }
}

/** Builds a kernel. Where any part of it fails, what was built before is closed again. */
export async function boot(options: KernelOptions): Promise<Kernel> {
  const kernel = new Kernel(options);
  try {
    await kernel.build();
  } catch (error) {
    await kernel.dispose();
    throw error;
  }
  return kernel;
}

async function attempt(what: string, step: () => unknown): Promise<void> {
  try {
    await step();
  } catch (cause) {
    if (cause instanceof KernelError) throw cause;
    throw new KernelError("MODULE_FAILED", `${what} failed to start: ${messageOf(cause)}`, {
      cause,
    });
  }
}

/** The failure of a promise that nobody waits for would be the whole process's. */
function notAwaited<T>(what: string, value: T): T {
  if (!isThenable(value)) return value;
  Promise.resolve(value).catch(() => {});
  throw new KernelError("MODULE_INVALID", `${what} returned a promise, and is not waited for`);
}

function withPlugin(logger: Logger, plugin: string): Logger {
  return {
    debug: (message, fields) => logger.debug(message, { plugin, ...fields }),
    info: (message, fields) => logger.info(message, { plugin, ...fields }),
    warn: (message, fields) => logger.warn(message, { plugin, ...fields }),
    error: (message, fields) => logger.error(message, { plugin, ...fields }),
  };
}
