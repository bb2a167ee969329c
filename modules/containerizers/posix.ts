import { injectable } from "inversify";
import type { ContainerId } from "../../core/base/ids.js";
import { KernelError, messageOf } from "../../core/base/kernel-error.js";
import { Logger } from "../../core/base/logger.js";
import { inject, injectAll } from "../../core/base/service-token.js";
import type {
  ContainerConfig,
  ContainerLaunchInfo,
  ContainerState,
  ContainerTermination,
  ContainerVolume,
} from "../../core/contracts/container.js";
import { ContainerLogger } from "../../core/contracts/container-logger.js";
import type { Containerizer } from "../../core/contracts/containerizer.js";
import { Isolator } from "../../core/contracts/isolator.js";
import { Launcher } from "../../core/contracts/launcher.js";
import { Clock } from "../../core/machine/runtime.js";
import { defineModule } from "../../core/kernel/module.js";
import type { v1 } from "../../core/protocol/v1.js";
import type { Resources } from "../../core/resources/resources.js";
import { CheckedIsolator } from "../support/posix/checked-isolator.js";
import { LiveContainer } from "../support/posix/live-container.js";
import { toLaunchRequest } from "../support/posix/launch-request.js";
import { Pacer } from "../support/posix/pacer.js";
import { makeSandbox, makeSymlinks } from "../support/posix/sandbox.js";

/** How many ended containers can still be asked about. */
const TERMINATIONS_MAX = 10_000;
/** A thousand launches begun at once would hold the event loop for a good while. */
const launches = new Pacer(16);
const BYTES_PER_MEGABYTE = 1024 * 1024;

/**
 * Runs containers on the host's own file system: isolators prepare in order and clean up in reverse, the launcher starts
 * and ends the processes. A container is STARTING, PREPARING, ISOLATING, RUNNING and DESTROYING; it may be destroyed in
 * each of them, which waits for no more than the step under way.
 */
@injectable()
export class PosixContainerizer implements Containerizer {
  private readonly live = new Map<ContainerId, LiveContainer>();
  private readonly terminations = new Map<ContainerId, ContainerTermination>();

  private readonly isolators: readonly CheckedIsolator[];

  constructor(
    @injectAll(Isolator) isolators: readonly Isolator[],
    @inject(Launcher) private readonly launcher: Launcher,
    @inject(ContainerLogger) private readonly containerLogger: ContainerLogger,
    @inject(Logger) private readonly logger: Logger,
    @inject(Clock) clock: Clock,
  ) {
    this.isolators = isolators.map((isolator) => new CheckedIsolator(isolator, logger, clock));
  }

  async recover(states: readonly ContainerState[]): Promise<void> {
    await this.launcher.recover(states.map(({ containerId }) => containerId));
    for (const isolator of this.isolators) await isolator.recover(states);
    for (const { containerId, pid } of states) {
      const container = new LiveContainer();
      container.pid = pid;
      this.live.set(containerId, container);
      this.monitor(containerId, container);
    }
  }

  async launch(
    containerId: ContainerId,
    config: ContainerConfig,
  ): ReturnType<Containerizer["launch"]> {
    if (needsImage(config)) return { type: "NOT_SUPPORTED" };
    if (this.live.has(containerId)) {
      throw new KernelError("CONTAINER_FAILED", `container '${containerId}' exists already`);
    }
    const container = new LiveContainer(config.resources);
    this.live.set(containerId, container);
    try {
      const pid = await container.launch(() => this.start(containerId, container, config));
      this.monitor(containerId, container);
      return { type: "LAUNCHED", pid };
    } catch (cause) {
      const message = messageOf(cause);
      container.fail(message, "REASON_CONTAINER_LAUNCH_FAILED");
      await this.destroy(containerId);
      if (cause instanceof KernelError) throw cause;
      throw new KernelError("CONTAINER_FAILED", message, { cause });
    }
  }

  private async start(
    containerId: ContainerId,
    container: LiveContainer,
    config: ContainerConfig,
  ): Promise<number> {
    await launches.turn();
    container.enter("PREPARING");
    await makeSandbox(config);
    const infos: ContainerLaunchInfo[] = [];
    for (const isolator of this.isolators) {
      container.enter("PREPARING");
      const info = await isolator.prepare(containerId, config);
      if (info) infos.push(info);
    }
    await makeSymlinks(
      config.directory,
      infos.flatMap((info) => info.symlinks ?? []),
    );
    const output = await this.containerLogger.prepare(containerId, config);
    container.enter("ISOLATING");
    const isolate = async (pid: number): Promise<void> => {
      for (const isolator of this.isolators) await isolator.isolate(containerId, pid);
    };
    const request = toLaunchRequest(config, infos, { ...output, isolate });
    container.pid = await this.launcher.launch(containerId, request);
    container.enter("RUNNING");
    return container.pid;
  }

  /** Ends the container when its first process has ended or an isolator says that a limit was reached. */
  private monitor(containerId: ContainerId, container: LiveContainer): void {
    const destroy = (): void => {
      this.destroy(containerId).catch((cause: unknown) => {
        this.logger.error("container is not destroyed", { containerId, cause });
      });
    };
    this.launcher.wait(containerId).then(destroy, destroy);
    for (const isolator of this.isolators) {
      isolator.watch(containerId)?.then(
        (limitation) => {
          container.limit(limitation);
          destroy();
        },
        (cause) => {
          container.fail(messageOf(cause));
          destroy();
        },
      );
    }
  }

  async wait(containerId: ContainerId): Promise<ContainerTermination | undefined> {
    return this.live.get(containerId)?.terminated ?? this.terminations.get(containerId);
  }

  kill(containerId: ContainerId, signal: number): Promise<void> {
    return this.launcher.kill(containerId, signal);
  }

  async destroy(containerId: ContainerId): Promise<void> {
    const container = this.live.get(containerId);
    await container?.destroy(() => this.end(containerId, container));
  }

  private async end(containerId: ContainerId, container: LiveContainer): Promise<void> {
    const exit = this.launcher.wait(containerId);
    await this.launcher.destroy(containerId);
    await container.launching;
    for (const isolator of this.isolators.toReversed()) await isolator.cleanup(containerId);
    const termination = container.terminationOf(await exit);
    this.live.delete(containerId);
    this.remember(containerId, termination);
    container.terminate(termination);
  }

  private remember(containerId: ContainerId, termination: ContainerTermination): void {
    this.terminations.set(containerId, termination);
    if (this.terminations.size <= TERMINATIONS_MAX) return;
    const [oldest] = this.terminations.keys();
    if (oldest !== undefined) this.terminations.delete(oldest);
  }

  async update(
    containerId: ContainerId,
    resources: Resources,
    volumes: readonly ContainerVolume[],
  ): Promise<void> {
    const container = this.live.get(containerId);
    if (!container) return;
    container.resources = resources;
    await container.update(() =>
      Promise.all(this.isolators.map((one) => one.update(containerId, resources, volumes))),
    );
  }

  async usage(containerId: ContainerId): Promise<v1.ResourceStatistics> {
    const parts = await Promise.all(this.isolators.map((one) => one.usage(containerId)));
    const resources = this.live.get(containerId)?.resources;
    const limits = resources && {
      cpus_limit: resources.scalar("cpus") / 1000,
      mem_limit_bytes: (resources.scalar("mem") / 1000) * BYTES_PER_MEGABYTE,
    };
    return Object.assign({ timestamp: Date.now() / 1000 }, limits, ...parts);
  }

  async status(containerId: ContainerId): Promise<v1.ContainerStatus> {
    const parts = await Promise.all(this.isolators.map((one) => one.status(containerId)));
    const networks = parts.flatMap((part) => part?.network_infos ?? []);
    const pid = this.live.get(containerId)?.pid;
    return Object.assign(
      { container_id: { value: containerId } },
      pid === undefined ? {} : { executor_pid: pid },
      ...parts,
      networks.length > 0 ? { network_infos: networks } : {},
    );
  }

  containers(): readonly ContainerId[] {
    return [...this.live.keys()];
  }
}

function needsImage({ container }: ContainerConfig): boolean {
  return container?.type === "DOCKER" || container?.mesos?.image !== undefined;
}

export default defineModule({
  kind: "containerizer",
  name: "posix",
  apiVersion: 1,
  description: "Containers on the host's file system, without images",
  implementation: PosixContainerizer,
});
