import { chown } from "node:fs/promises";
import { isAbsolute } from "node:path";
import { injectable } from "inversify";
import type { ContainerId } from "../../../core/base/ids.js";
import { KernelError } from "../../../core/base/kernel-error.js";
import type {
  ContainerConfig,
  ContainerLaunchInfo,
  ContainerVolume,
} from "../../../core/contracts/container.js";
import type { Isolator } from "../../../core/contracts/isolator.js";
import { defineModule } from "../../../core/kernel/module.js";
import type { Resources } from "../../../core/resources/resources.js";
import { makeSymlinks, removeSymlink } from "../../support/posix/sandbox.js";
import { resolveUser } from "../../support/posix/users.js";

interface Container {
  readonly directory: string;
  readonly user: string | undefined;
  volumes: readonly ContainerVolume[];
  /** The host paths of those whose owner is settled, as far as this container goes. */
  readonly inUse: Set<string>;
}

/**
 * The host's file system, seen as it is: a container works in its sandbox and is kept out of nothing. It finds its
 * persistent volumes through links there, and owns those that no other container uses.
 */
@injectable()
export class PosixFilesystemIsolator implements Isolator {
  private readonly containers = new Map<ContainerId, Container>();
  /** By host path, the last of the containers that are being asked whose the volume is to be. */
  private readonly handovers = new Map<string, Promise<void>>();

  async prepare(containerId: ContainerId, config: ContainerConfig): Promise<ContainerLaunchInfo> {
    const { directory, volumes, user } = config;
    const container: Container = { directory, user, volumes, inUse: new Set() };
    this.containers.set(containerId, container);
    for (const { hostPath, readOnly } of volumes) {
      await this.inTurn(hostPath, () => this.takeOver(containerId, hostPath, readOnly));
    }
    return { workingDirectory: directory, symlinks: volumes.map(toLink) };
  }

  /** Links new volumes into the sandbox; the links of those that are no longer used go. */
  async update(
    containerId: ContainerId,
    _resources: Resources,
    volumes: readonly ContainerVolume[],
  ): Promise<void> {
    const container = this.containers.get(containerId);
    if (container === undefined) return;
    const { directory, inUse } = container;
    const removed = without(container.volumes, volumes);
    const added = without(volumes, container.volumes);
    container.volumes = volumes;
    for (const { hostPath } of removed) {
      if (!volumes.some((one) => one.hostPath === hostPath)) inUse.delete(hostPath);
    }
    for (const volume of removed) await removeSymlink(directory, toLink(volume));
    for (const { hostPath, readOnly } of added) {
      await this.inTurn(hostPath, () => this.takeOver(containerId, hostPath, readOnly));
    }
    await makeSymlinks(directory, added.map(toLink));
  }

  async cleanup(containerId: ContainerId): Promise<void> {
    this.containers.delete(containerId);
  }

  /**
   * Containers that start together on one volume are asked one after the other: the first makes it its user's, and those
   * that come after it find the volume in use. One that fails, or is gone before it is done, leaves that to the next.
   */
  private async inTurn(hostPath: string, takeOver: () => Promise<void>): Promise<void> {
    const before = this.handovers.get(hostPath) ?? Promise.resolve();
    const done = before.then(takeOver);
    const over = done.catch(() => undefined);
    this.handovers.set(hostPath, over);
    await over;
    if (this.handovers.get(hostPath) === over) this.handovers.delete(hostPath);
    return done;
  }

  private async takeOver(id: ContainerId, hostPath: string, readOnly: boolean): Promise<void> {
    const container = this.containers.get(id);
    if (container === undefined) return;
    const user = await resolveUser(container.user);
    if (user !== undefined && !readOnly && !this.isUsedBesides(container, hostPath)) {
      await chown(hostPath, user.uid, user.gid);
    }
    container.inUse.add(hostPath);
  }

  private isUsedBesides(container: Container, hostPath: string): boolean {
    return [...this.containers.values()].some(
      (other) => other !== container && other.inUse.has(hostPath),
    );
  }
}

function without(
  volumes: readonly ContainerVolume[],
  others: readonly ContainerVolume[],
): readonly ContainerVolume[] {
  return volumes.filter(
    ({ containerPath, hostPath }) =>
      !others.some((other) => other.containerPath === containerPath && other.hostPath === hostPath),
  );
}

function toLink({ containerPath, hostPath }: ContainerVolume) {
  if (!isAbsolute(containerPath)) return { path: containerPath, target: hostPath };
  throw new KernelError(
    "CONTAINER_FAILED",
    `a persistent volume cannot be at '${containerPath}': the container shares the host's file system, so only a path relative to its sandbox will do`,
  );
}

export default defineModule({
  kind: "isolator",
  name: "filesystem/posix",
  apiVersion: 1,
  description:
    "Containers share the host's file system, work in their sandbox and find their volumes there",
  stage: "filesystem",
  implementation: PosixFilesystemIsolator,
});
