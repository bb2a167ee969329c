import { readFile } from "node:fs/promises";
import { injectable } from "inversify";
import type { ContainerId } from "../../../core/base/ids.js";
import type { ContainerState } from "../../../core/contracts/container.js";
import type { Isolator } from "../../../core/contracts/isolator.js";
import { defineModule } from "../../../core/kernel/module.js";
import type { v1 } from "../../../core/protocol/v1.js";
import { TrackedProcesses } from "../../support/posix/tracked-processes.js";

/** Reports how much memory a container occupies; limits nothing. */
@injectable()
export class PosixMemIsolator implements Isolator {
  private readonly processes = new TrackedProcesses();

  async recover(states: readonly ContainerState[]): Promise<void> {
    this.processes.recover(states);
  }

  async isolate(containerId: ContainerId, pid: number): Promise<void> {
    this.processes.add(containerId, pid);
  }

  async usage(containerId: ContainerId): Promise<Partial<v1.ResourceStatistics>> {
    const members = await this.processes.of(containerId);
    if (members === undefined) return {};
    const sizes = await Promise.all(members.map(({ pid }) => residentBytes(pid)));
    return { mem_rss_bytes: sizes.reduce((a, b) => a + b, 0) };
  }

  async cleanup(containerId: ContainerId): Promise<void> {
    this.processes.delete(containerId);
  }
}

async function residentBytes(pid: number): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, "latin1").catch(() => "");
  return Number(/^VmRSS:\s*(\d+) kB$/m.exec(status)?.[1] ?? 0) * 1024;
}

export default defineModule({
  kind: "isolator",
  name: "posix/mem",
  apiVersion: 1,
  description: "Reports resident memory; limits nothing",
  stage: "runtime",
  implementation: PosixMemIsolator,
});
