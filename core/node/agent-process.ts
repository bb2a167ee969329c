import { resolve } from "node:path";
import { Agent } from "../agent/agent.js";
import { AgentHooks } from "../agent/agent-hooks.js";
import type { AgentEffect, AgentInput } from "../agent/agent-io.js";
import { assert, unreachable } from "../base/assert.js";
import { type Disposable, DisposableStack } from "../base/disposable.js";
import { KernelError, messageOf } from "../base/kernel-error.js";
import type { Logger } from "../base/logger.js";
import { Random } from "../base/random.js";
import { AgentDirectories } from "../contracts/agent-directories.js";
import { CheckpointStore } from "../contracts/checkpoint-store.js";
import { Containerizer } from "../contracts/containerizer.js";
import { Detector, MasterAddress } from "../contracts/leadership.js";
import { Transport } from "../contracts/transport.js";
import { boot, type Kernel, provide, type Provided } from "../kernel/boot.js";
import type { AgentConfiguration } from "../kernel/configuration/agent-configuration.js";
import { Runtime } from "../machine/runtime.js";
import { readMachine, toAgentSettings } from "./agent-settings.js";
import { CheckpointQueue } from "./checkpoint-queue.js";
import { Containers } from "./containers.js";
import { toFlags } from "./flags.js";
import { AgentHttp } from "./http/agent-http.js";
import type { HttpAddress } from "./http/http-server.js";
import { addPluginRoutes } from "./http/plugin-routes.js";
import { MasterLink } from "./master-link.js";
import type { ProcessOptions } from "./master-process.js";
import { refuse, type Starting, startUnlessStopped } from "./starting.js";
import { SystemClock } from "./system-clock.js";
import { systemRandom } from "./system-random.js";
import { MESOS_VERSION } from "./version.js";
import { lockWorkDirectory } from "./work-directory-lock.js";

/** An agent that is up: it listens, has recovered, and looks for its master. */
export interface AgentProcess extends Disposable, HttpAddress {
  /** Settles when the agent ends by itself: told to by the master, unregistered, or failed. */
  readonly ended: Promise<AgentEnd>;
  /** SIGUSR1: leaves the cluster for good, with its tasks. `ended` settles when that is done. */
  unregister(): void;
  /** Ends every container, and resolves when none is left. The agent is of no use afterwards: dispose it. */
  endTasks(): Promise<void>;
}
export interface AgentEnd {
  readonly status: number;
  readonly message: string;
}

/** Starts an agent: modules, HTTP server, recovery, machine, detector, in that order. */
export async function startAgent(
  options: ProcessOptions<AgentConfiguration>,
): Promise<AgentProcess> {
  return startUnlessStopped(new StartingAgent(options), options.stopped);
}

class StartingAgent implements Starting<AgentProcess> {
  private readonly clock = new SystemClock();
  private readonly logger: Logger;
  private readonly configuration: AgentConfiguration;
  private booting: Promise<Kernel> | undefined;
  private agent: Agent | undefined;
  private runtime: Runtime<AgentInput, AgentEffect> | undefined;
  private http: AgentHttp | undefined;
  private containers: Containers | undefined;
  private link: MasterLink | undefined;
  private checkpoints: CheckpointQueue | undefined;
  private end: (end: AgentEnd) => void = () => {};
  private stopping = false;

  constructor(private readonly options: ProcessOptions<AgentConfiguration>) {
    this.logger = options.logger;
    this.configuration = options.loaded.configuration;
  }

  async start(): Promise<AgentProcess> {
    const ended = new Promise<AgentEnd>((settle) => (this.end = settle));
    const hooks = new AgentHooks(this.logger);
    const workDir = resolve(this.configuration.workDir);
    const kernel = await this.boot(workDir, hooks);
    const machine = await readMachine(workDir);
    if (this.stopping) return refuse();
    const listening = await this.listen(kernel);
    // In the same turn as the first connection could be taken: no request finds the machine missing.
    const { configuration, clock } = this;
    const settings = toAgentSettings(configuration, machine, listening, clock.now());
    this.agent = new Agent({ settings, random: systemRandom, hooks });
    this.runtime = new Runtime(this.agent, {
      clock,
      carryOut: (effect) => this.carryOut(effect),
      onFailure: (cause) => this.onFailure(cause),
    });
    await this.recover(kernel);
    if (this.stopping) return refuse();
    await this.follow(kernel);
    if (this.stopping) return refuse();
    await kernel.start();
    return {
      ...listening,
      ended,
      unregister: () => this.deliver({ type: "TERMINATE", unregister: true }),
      endTasks: async () => {
        this.stopping = true;
        await this.containers?.destroyAll();
      },
      dispose: () => this.dispose(),
    };
  }

  private async boot(workDir: string, hooks: AgentHooks): Promise<Kernel> {
    const { logger, clock } = this;
    const { modules, plugins } = this.options.loaded;
    const directories = { workDir, runtimeDir: resolve(this.configuration.runtimeDir) };
    this.booting = boot({
      process: "agent",
      logger,
      clock,
      hooks: { agent: hooks },
      modules,
      plugins,
      provided: [
        provide(AgentDirectories, directories),
        ...addressOf(this.configuration.master),
        provide(Random, systemRandom),
      ],
      held: lockDirectories(directories),
    });
    const kernel = await this.booting;
    kernel.add(clock);
    return kernel;
  }

  private async listen(kernel: Kernel): Promise<HttpAddress> {
    const { configuration, logger } = this;
    this.http = new AgentHttp({
      logger,
      version: MESOS_VERSION,
      deliver: (input) => this.deliver(input),
      state: () => this.machine.state,
      containers: {
        usage: async (id) => this.containers?.usage(id),
        status: async (id) => this.containers?.status(id),
      },
      flags: toFlags("agent", configuration),
      metrics: () => kernel.metrics.read(),
      now: () => this.clock.now(),
    });
    addPluginRoutes(this.http.server, kernel.routes);
    kernel.add(this.http.server);
    return await this.http.server.listen({ host: configuration.ip, port: configuration.port });
  }

  private async recover(kernel: Kernel): Promise<void> {
    const store = kernel.get(CheckpointStore);
    this.checkpoints = new CheckpointQueue(store);
    this.containers = new Containers(
      kernel.getAll(Containerizer),
      (input) => this.deliver(input),
      this.logger,
    );
    await this.containers.recover();
    this.deliver({ type: "RECOVERED", checkpoints: await store.load() });
  }

  private async follow(kernel: Kernel): Promise<void> {
    const link = new MasterLink({
      transport: kernel.get(Transport),
      clock: this.clock,
      random: systemRandom,
      logger: this.logger,
      deliver: (input) => this.deliver(input),
    });
    this.link = kernel.add(link);
    kernel.add(await kernel.get(Detector).detect((leader) => link.onLeader(leader)));
  }

  private get machine(): Agent {
    assert(this.agent !== undefined, "a request before the machine was made");
    return this.agent;
  }

  private deliver(input: AgentInput): void {
    if (!this.stopping) this.runtime?.deliver(input);
  }

  private carryOut(effect: AgentEffect): void {
    switch (effect.type) {
      case "SEND":
        return this.link?.send(effect.message);
      case "RECONNECT":
        return this.link?.reconnect(effect);
      case "OPEN_STREAM":
      case "EVENT":
      case "CLOSE_STREAM":
      case "RESPOND":
        return this.http?.carryOut(effect);
      case "LAUNCH":
        return this.containers?.launch(effect.containerId, effect.config);
      case "KILL":
        return this.containers?.kill(effect.containerId, effect.signal);
      case "DESTROY":
        return this.containers?.destroy(effect.containerId);
      case "UPDATE":
        return void this.containers?.update(effect);
      case "CHECKPOINT":
        return void this.checkpoint(effect);
      case "TIMER": {
        const { timer } = effect;
        this.clock.schedule(effect.delayMs, () => this.deliver({ type: "TIMER", timer }));
        return;
      }
      case "LOG":
        return this.logger[effect.level](effect.message, effect.fields);
      case "EXIT":
        return this.stop(effect);
      default:
        unreachable(effect);
    }
  }

  /** An agent that cannot tell what its checkpoints hold must not go on. */
  private async checkpoint(effect: AgentEffect & { readonly type: "CHECKPOINT" }): Promise<void> {
    try {
      await this.checkpoints?.write(effect);
      this.deliver({ type: "CHECKPOINTED", ticket: effect.ticket });
    } catch (error) {
      this.stop({ status: 1, message: `checkpoints cannot be written: ${messageOf(error)}` });
    }
  }

  private onFailure(cause: unknown): void {
    this.logger.error("the machine has failed", { cause });
    this.stop({ status: 1, message: messageOf(cause) });
  }

  private stop({ status, message }: AgentEnd): void {
    if (this.stopping) return;
    this.stopping = true;
    if (status !== 0) this.logger.error("the agent cannot go on", { cause: message });
    this.end({ status, message });
  }

  /** Ends the process' part of everything; containers go on without it. */
  async dispose(): Promise<void> {
    this.stopping = true;
    const kernel = await this.booting?.catch(() => undefined);
    if (kernel === undefined) this.clock.dispose();
    await kernel?.dispose();
  }
}

/** An agent destroys every container of its runtime directory that it does not know: two must not share one. */
function lockDirectories({ workDir, runtimeDir }: AgentDirectories): Disposable {
  const locks = new DisposableStack();
  locks.add(lockWorkDirectory(workDir));
  if (runtimeDir === workDir) return locks;
  try {
    locks.add(
      lockWorkDirectory(runtimeDir, "runtime directory (runtimeDir or --runtime-dir)", 0o700),
    );
  } catch (error) {
    void locks.dispose();
    throw error;
  }
  return locks;
}

/** The configuration says that the master is there, unless a detector finds it. */
function addressOf(master: string | undefined): readonly Provided[] {
  if (master === undefined) return [];
  const colon = master.lastIndexOf(":");
  const hostname = master.slice(0, colon).replace(/^\[|\]$/g, "");
  return [provide(MasterAddress, { hostname, port: Number(master.slice(colon + 1)) })];
}

/** The failure that an agent's end is, for a command that has to report it. */
export function toError({ status, message }: AgentEnd): KernelError | undefined {
  return status === 0 ? undefined : new KernelError("MACHINE_FAILED", message);
}
