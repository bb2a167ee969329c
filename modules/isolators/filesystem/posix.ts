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

/**
 * The host's file system, seen as it is: a container works in its sandbox and is kept out of nothing. It finds its
 * persistent volumes through links there, and owns those that no other container uses.
 */
@injectable()
export class PosixFilesystemIsolator implements Isolator {
  private readonly containers = new Map<ContainerId, ContainerConfig>();

  async prepare(containerId: ContainerId, config: ContainerConfig): Promise<ContainerLaunchInfo> {
    const { directory, volumes } = config;
    this.containers.set(containerId, config);
    for (const volume of volumes) await this.takeOver(containerId, volume);
    return { workingDirectory: directory, symlinks: volumes.map(toLink) };
  }

  /** Links new volumes into the sandbox; the links of those that are no longer used go. */
  async update(
    containerId: ContainerId,
    _resources: Resources,
    volumes: readonly ContainerVolume[],
  ): Promise<void> {
    const config = this.containers.get(containerId);
    if (config === undefined) return;
    const { directory } = config;
    this.containers.set(containerId, { ...config, volumes });
    for (const volume of without(config.volumes, volumes)) {
      await removeSymlink(directory, toLink(volume));
    }
    const added = without(volumes, config.volumes);
    for (const volume of added) await this.takeOver(containerId, volume);
    await makeSymlinks(directory, added.map(toLink));
  }

  async cleanup(containerId: ContainerId): Promise<void> {
    this.containers.delete(containerId);
  }

  private async takeOver(id: ContainerId, { hostPath, readOnly }: ContainerVolume): Promise<void> {
    const user = await resolveUser(this.containers.get(id)?.user);
    if (user === undefined || readOnly || this.isUsedBesides(id, hostPath)) return;
    await chown(hostPath, user.uid, user.gid);
  }

  private isUsedBesides(id: ContainerId, hostPath: string): boolean {
    return [...this.containers].some(
      ([other, { volumes }]) => other !== id && volumes.some((one) => one.hostPath === hostPath),
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
