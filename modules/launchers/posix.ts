import { mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { injectable } from "inversify";
import type { ContainerId } from "../../core/base/ids.js";
import { KernelError, messageOf } from "../../core/base/kernel-error.js";
import { inject } from "../../core/base/service-token.js";
import { AgentDirectories } from "../../core/contracts/agent-directories.js";
import type { ContainerTermination } from "../../core/contracts/container.js";
import type { LaunchRequest, Launcher } from "../../core/contracts/launcher.js";
import { defineModule } from "../../core/kernel/module.js";
import { ContainerProcess } from "../support/posix/container-process.js";
import { signalTree } from "../support/posix/kill-tree.js";

/**
 * Runs containers as plain processes, with neither root nor cgroups. Each has a session of its own, led by a shim that
 * outlives the agent, and a directory `<runtimeDir>/containers/<id>`; its processes are found by session, parent and a
 * mark in their environment.
 */
@injectable()
export class PosixLauncher implements Launcher {
  private readonly containers = new Map<ContainerId, ContainerProcess>();
  private readonly destroying = new Map<ContainerId, Promise<void>>();

  constructor(@inject(AgentDirectories) private readonly directories: AgentDirectories) {}

  async recover(containerIds: readonly ContainerId[]): Promise<void> {
    const { sameBoot, found } = await this.readRuntimeDirectory();
    const wanted = new Set(containerIds);
    await Promise.all(
      found.map(async (containerId) => {
        const container = this.add(containerId);
        await container.adopt(sameBoot);
        if (!wanted.has(containerId)) await this.destroy(containerId);
      }),
    );
  }

  private async readRuntimeDirectory() {
    const { runtimeDir } = this.directories;
    const root = `${runtimeDir}/containers`;
    try {
      await mkdir(root, { recursive: true, mode: 0o700 });
      return { sameBoot: await this.checkBoot(), found: await readdir(root) };
    } catch (cause) {
      const message = `runtimeDir ${runtimeDir} cannot be worked in: ${messageOf(cause)}; choose another with --runtime-dir`;
      throw new KernelError("WORK_DIRECTORY_UNUSABLE", message, { cause });
    }
  }

  /** Pids say nothing of processes of before the machine's last start. */
  private async checkBoot(): Promise<boolean> {
    const file = `${this.directories.runtimeDir}/boot_id`;
    const now = await readFile("/proc/sys/kernel/random/boot_id", "utf8");
    const before = await readFile(file, "utf8").catch(() => now);
    await writeFile(file, now);
    return before === now;
  }

  async launch(containerId: ContainerId, request: LaunchRequest): Promise<number> {
    if (this.containers.has(containerId)) {
      throw new KernelError("CONTAINER_FAILED", `container '${containerId}' exists already`);
    }
    const container = this.add(containerId);
    try {
      return await container.launch(request);
    } catch (cause) {
      await this.destroy(containerId);
      if (cause instanceof KernelError) throw cause;
      throw new KernelError(
        "CONTAINER_FAILED",
        `container '${containerId}' not started: ${messageOf(cause)}`,
        { cause },
      );
    }
  }

  private add(containerId: ContainerId): ContainerProcess {
    if (!/^[\w.-]*\w[\w.-]*$/.test(containerId)) {
      throw new KernelError("CONTAINER_FAILED", `'${containerId}' cannot name a container`);
    }
    const directory = `${this.directories.runtimeDir}/containers/${containerId}`;
    const container = new ContainerProcess(containerId, directory);
    this.containers.set(containerId, container);
    return container;
  }

  async wait(containerId: ContainerId): Promise<ContainerTermination | undefined> {
    return this.containers.get(containerId)?.ended;
  }

  async kill(containerId: ContainerId, signal: number): Promise<void> {
    const container = this.containers.get(containerId);
    if (container) await signalTree(container, signal);
  }

  destroy(containerId: ContainerId): Promise<void> {
    const under = this.destroying.get(containerId);
    if (under) return under;
    const destroying = this.end(containerId).finally(() => this.destroying.delete(containerId));
    this.destroying.set(containerId, destroying);
    return destroying;
  }

  private async end(containerId: ContainerId): Promise<void> {
    await this.containers.get(containerId)?.destroy();
    this.containers.delete(containerId);
  }

  async dispose(): Promise<void> {
    for (const container of this.containers.values()) container.release();
    this.containers.clear();
  }
}

export default defineModule({
  kind: "launcher",
  name: "posix",
  apiVersion: 1,
  description: "Plain processes, found again after the agent's restart; needs no root",
  implementation: PosixLauncher,
});
