import { randomUUID } from "node:crypto";
import { resolve } from "node:path";
import { assert, unreachable } from "../base/assert.js";
import type { Disposable } from "../base/disposable.js";
import { KernelError, messageOf } from "../base/kernel-error.js";
import type { Logger } from "../base/logger.js";
import { Random } from "../base/random.js";
import { Allocator } from "../contracts/allocator.js";
import { Contender, MasterAddress } from "../contracts/leadership.js";
import { MasterDirectories } from "../contracts/master-directories.js";
import { type RegistryOperation, RegistryStore } from "../contracts/registry-store.js";
import { Transport } from "../contracts/transport.js";
import { boot, type Kernel, provide } from "../kernel/boot.js";
import type { MasterConfiguration } from "../kernel/configuration/master-configuration.js";
import { Runtime } from "../machine/runtime.js";
import { Master } from "../master/master.js";
import { MasterHooks } from "../master/master-hooks.js";
import type { MasterEffect, MasterInput } from "../master/master-io.js";
import { AGENT_PATH } from "./agent-path.js";
import { AgentConnections } from "./agent-connections.js";
import { toFlags } from "./flags.js";
import type { Leadership } from "./http/leadership-gate.js";
import { MasterHttp } from "./http/master-http.js";
import { addPluginRoutes } from "./http/plugin-routes.js";
import type { Loaded } from "./load-configuration.js";
import { masterInfo } from "./master-info.js";
import { toMasterSettings } from "./master-settings.js";
import { SystemClock } from "./system-clock.js";
import { refuse, type Starting, startUnlessStopped } from "./starting.js";
import { systemRandom } from "./system-random.js";
import { MESOS_VERSION, VERSION } from "./version.js";
import { WhitelistFile } from "./whitelist-file.js";
import { within } from "./within.js";
import { lockWorkDirectory } from "./work-directory-lock.js";

/** A master that is up: it listens, has been elected, and has read its registry. */
export interface MasterProcess extends Disposable {
  readonly host: string;
  readonly port: number;
  /** Settles when the master cannot go on; the process is expected to end. */
  readonly failed: Promise<KernelError>;
}

export interface ProcessOptions<C> {
  readonly loaded: Loaded<C>;
  readonly logger: Logger;
  /** Where it settles before the process is up, starting is given up. */
  readonly stopped?: Promise<unknown>;
}

/** Starts a master: modules, HTTP server, election, registry, machine, in that order. */
export async function startMaster(
  options: ProcessOptions<MasterConfiguration>,
): Promise<MasterProcess> {
  return startUnlessStopped(new StartingMaster(options), options.stopped);
}

class StartingMaster implements Starting<MasterProcess> {
  private readonly clock = new SystemClock();
  private readonly configuration: MasterConfiguration;
  private readonly logger: Logger;
  private booting: Promise<Kernel> | undefined;
  private master: Master | undefined;
  private runtime: Runtime<MasterInput, MasterEffect> | undefined;
  private http: MasterHttp | undefined;
  private connections: AgentConnections | undefined;
  private registry: RegistryStore | undefined;
  private leadership: Leadership = { type: "NO_LEADER" };
  private fail: (error: KernelError) => void = () => {};
  private stopping = false;

  constructor(private readonly options: ProcessOptions<MasterConfiguration>) {
    this.configuration = options.loaded.configuration;
    this.logger = options.logger;
  }

  async start(): Promise<MasterProcess> {
    const { configuration, logger, clock } = this;
    const failed = new Promise<KernelError>((settle) => (this.fail = settle));
    const hooks = new MasterHooks(logger);
    const workDir = resolve(configuration.workDir);
    const kernel = await this.boot(workDir, hooks);
    if (this.stopping) return refuse();
    const listening = await this.listen(kernel);
    // In the same turn as the first connection could be taken: no request finds the machine missing.
    const info = masterInfo(randomUUID(), configuration, listening);
    const settings = toMasterSettings(configuration, info, clock.now());
    const allocator = kernel.get(Allocator);
    this.master = new Master({ settings, allocator, random: systemRandom, hooks });
    this.runtime = new Runtime(this.master, {
      clock,
      carryOut: (effect) => this.carryOut(effect),
      onFailure: (cause) => this.onFailure(cause),
      onTurnEnd: () => this.connections?.onTurnEnd(),
    });
    await this.lead(kernel, info);
    if (this.stopping) return refuse();
    await kernel.start();
    return { ...listening, failed, dispose: () => this.dispose() };
  }

  private async boot(workDir: string, hooks: MasterHooks): Promise<Kernel> {
    const { configuration, logger, clock } = this;
    this.booting = boot({
      process: "master",
      logger,
      clock,
      hooks: { master: hooks },
      modules: this.options.loaded.modules,
      plugins: this.options.loaded.plugins,
      provided: [
        provide(MasterDirectories, { workDir }),
        provide(MasterAddress, { hostname: configuration.ip, port: configuration.port }),
        provide(Random, systemRandom),
      ],
      held: lockWorkDirectory(workDir),
    });
    const kernel = await this.booting;
    kernel.add(clock);
    return kernel;
  }

  private async listen(kernel: Kernel): Promise<{ readonly host: string; readonly port: number }> {
    const { configuration, logger } = this;
    this.http = new MasterHttp({
      logger,
      version: MESOS_VERSION,
      leadership: () => this.leadership,
      deliver: (input) => this.deliver(input),
      state: () => this.machine.state,
      flags: toFlags("master", configuration),
      explain: (query) => kernel.get(Allocator).explain?.(query, this.clock.now()),
      metrics: () => kernel.metrics.read(),
      now: () => this.clock.now(),
    });
    addPluginRoutes(this.http.server, kernel.routes);
    kernel.add(this.http.server);
    return await this.http.server.listen({ host: configuration.ip, port: configuration.port });
  }

  /** Resolves once this master leads, knows its registry and takes agents. */
  private async lead(kernel: Kernel, info: ReturnType<typeof masterInfo>): Promise<void> {
    const { configuration, logger } = this;
    const whitelist = await this.openWhitelist(kernel);
    const { epoch: atLeast, lost } = await kernel.get(Contender).contend(info);
    void lost.then((why) => this.stop(new KernelError("STORE_FENCED", `leadership lost: ${why}`)));
    this.leadership = { type: "RECOVERING" };
    this.registry = kernel.get(RegistryStore);
    const { registryFetchTimeoutMs } = configuration;
    const epoch = await within(
      registryFetchTimeoutMs,
      "opening the registry",
      this.registry.open(atLeast),
    );
    const snapshot = await within(
      registryFetchTimeoutMs,
      "reading the registry",
      this.registry.load(),
    );
    this.deliver({ type: "ELECTED", epoch, registry: snapshot });
    whitelist?.watch((hostnames) => this.deliver({ type: "WHITELIST", hostnames }));
    this.connections = new AgentConnections(
      (input) => this.deliver(input),
      () => this.runtime?.backlog ?? 0,
      logger,
    );
    const upgrades = this.http?.server.upgrades;
    if (upgrades === undefined) return;
    kernel.add(
      kernel
        .get(Transport)
        .listen({ upgrades, path: AGENT_PATH, epoch, softwareVersion: VERSION }, this.connections),
    );
    this.leadership = { type: "LEADING" };
  }

  /** Before the election, so that a master that could not read it does not lead. */
  private async openWhitelist(kernel: Kernel): Promise<WhitelistFile | undefined> {
    const { whitelist } = this.configuration;
    if (whitelist === undefined || whitelist === "*") return undefined;
    const { clock, logger } = this;
    return kernel.add(await WhitelistFile.open(resolve(whitelist), { clock, logger }));
  }

  private get machine(): Master {
    assert(this.master !== undefined, "a request before the machine was made");
    return this.master;
  }

  private deliver(input: MasterInput): void {
    if (!this.stopping) this.runtime?.deliver(input);
  }

  private carryOut(effect: MasterEffect): void {
    switch (effect.type) {
      case "SEND":
        return this.connections?.send(effect);
      case "DISCONNECT":
        return this.connections?.disconnect(effect);
      case "OPEN_STREAM":
      case "EVENT":
      case "CLOSE_STREAM":
      case "RESPOND":
        return this.http?.carryOut(effect);
      case "PERSIST":
        return void this.persist(effect.ticket, effect.operations);
      case "TIMER": {
        const { timer } = effect;
        this.clock.schedule(effect.delayMs, () => this.deliver({ type: "TIMER", timer }));
        return;
      }
      case "ALLOCATE":
        return this.deliver({ type: "ALLOCATE" });
      case "LOG":
        return this.logger[effect.level](effect.message, effect.fields);
      case "EXIT":
        return this.stop(new KernelError("MACHINE_FAILED", effect.message));
      default:
        unreachable(effect);
    }
  }

  /** A master that cannot tell what its registry holds must not go on. */
  private async persist(ticket: number, operations: readonly RegistryOperation[]): Promise<void> {
    try {
      const write = this.registry?.apply(operations) ?? Promise.resolve();
      await within(this.configuration.registryStoreTimeoutMs, "writing the registry", write);
      this.deliver({ type: "PERSISTED", ticket });
    } catch (cause) {
      const message = `the registry cannot be written: ${messageOf(cause)}`;
      this.stop(new KernelError("STORE_FAILED", message, { cause }));
    }
  }

  private onFailure(cause: unknown): void {
    this.logger.error("the machine has failed", { cause });
    this.stop(new KernelError("MACHINE_FAILED", messageOf(cause), { cause }));
  }

  private stop(error: KernelError): void {
    if (this.stopping) return;
    this.stopping = true;
    this.logger.error("the master cannot go on", { code: error.code, cause: error.message });
    this.fail(error);
  }

  async dispose(): Promise<void> {
    this.stopping = true;
    const kernel = await this.booting?.catch(() => undefined);
    if (kernel === undefined) this.clock.dispose();
    await kernel?.dispose();
  }
}
