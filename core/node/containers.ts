import type { ContainerId } from "../base/ids.js";
import { messageOf } from "../base/kernel-error.js";
import type { Logger } from "../base/logger.js";
import type { AgentEffect, AgentInput } from "../agent/agent-io.js";
import type { ContainerConfig } from "../contracts/container.js";
import type { Containerizer } from "../contracts/containerizer.js";
import type { v1 } from "../protocol/v1.js";

type Update = Extract<AgentEffect, { type: "UPDATE" }>;

/** Carries LAUNCH, UPDATE, KILL and DESTROY out on the containerizer that takes the container, and tells what became of it. */
export class Containers {
  /** Who launches or runs each container. */
  private readonly owners = new Map<ContainerId, Containerizer>();

  constructor(
    private readonly containerizers: readonly Containerizer[],
    private readonly deliver: (input: AgentInput) => void,
    private readonly logger: Logger,
  ) {}

  /** Ends every container of an earlier agent process: nothing is known of them any more. */
  async recover(): Promise<void> {
    for (const containerizer of this.containerizers) await containerizer.recover([]);
  }

  launch(containerId: ContainerId, config: ContainerConfig): void {
    this.tryLaunch(containerId, config).catch((error: unknown) => {
      this.owners.delete(containerId);
      this.deliver({ type: "CONTAINER_FAILED", containerId, message: messageOf(error) });
    });
  }

  private async tryLaunch(containerId: ContainerId, config: ContainerConfig): Promise<void> {
    for (const containerizer of this.containerizers) {
      this.owners.set(containerId, containerizer);
      const launched = await containerizer.launch(containerId, config);
      if (launched.type === "NOT_SUPPORTED") continue;
      const { pid } = launched;
      this.deliver({ type: "CONTAINER_LAUNCHED", containerId, ...(pid !== undefined && { pid }) });
      void this.watch(containerId, containerizer);
      return;
    }
    throw new Error("no configured containerizer supports such a container");
  }

  private async watch(containerId: ContainerId, containerizer: Containerizer): Promise<void> {
    const termination = await containerizer
      .wait(containerId)
      .catch((error: unknown) => ({ message: `the container was lost: ${messageOf(error)}` }));
    this.owners.delete(containerId);
    this.deliver({ type: "CONTAINER_EXITED", containerId, termination: termination ?? {} });
  }

  kill(containerId: ContainerId, signal: number): void {
    this.attempt("kill", containerId, (owner) => owner.kill(containerId, signal));
  }

  destroy(containerId: ContainerId): void {
    this.attempt("destroy", containerId, (owner) => owner.destroy(containerId));
  }

  /** Resolves when nothing of any container runs any more. */
  async destroyAll(): Promise<void> {
    await Promise.all([...this.owners].map(([id, owner]) => owner.destroy(id).catch(() => {})));
  }

  async update({ containerId, resources, volumes }: Update): Promise<void> {
    const owner = this.owners.get(containerId);
    if (owner === undefined) return;
    try {
      await owner.update?.(containerId, resources, volumes);
      this.deliver({ type: "CONTAINER_UPDATED", containerId });
    } catch (error) {
      this.deliver({ type: "CONTAINER_UPDATE_FAILED", containerId, message: messageOf(error) });
    }
  }

  /** What a running container uses; undefined where its containerizer cannot say. */
  async usage(containerId: ContainerId): Promise<v1.ResourceStatistics | undefined> {
    return this.owners.get(containerId)?.usage?.(containerId);
  }

  async status(containerId: ContainerId): Promise<v1.ContainerStatus | undefined> {
    return this.owners.get(containerId)?.status?.(containerId);
  }

  /** A container that has ended meanwhile is no mistake; its end has been told, or is about to be. */
  private attempt(
    what: string,
    containerId: ContainerId,
    act: (owner: Containerizer) => Promise<void>,
  ): void {
    const owner = this.owners.get(containerId);
    if (owner === undefined) return;
    act(owner).catch((error: unknown) => {
      this.logger.error(`cannot ${what} a container`, { containerId, cause: messageOf(error) });
    });
  }
}
