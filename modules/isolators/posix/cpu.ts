import { injectable } from "inversify";
import type { ContainerId } from "../../../core/base/ids.js";
import type { ContainerState } from "../../../core/contracts/container.js";
import type { Isolator } from "../../../core/contracts/isolator.js";
import { defineModule } from "../../../core/kernel/module.js";
import type { v1 } from "../../../core/protocol/v1.js";
import { TrackedProcesses } from "../../support/posix/tracked-processes.js";

/** What Linux counts processor time in towards programs, on every machine. */
const TICKS_PER_SECOND = 100;

/** Reports what processor time a container has used; limits nothing. */
@injectable()
export class PosixCpuIsolator implements Isolator {
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
    const sum = (amounts: readonly number[]): number => amounts.reduce((a, b) => a + b, 0);
    return {
      processes: members.length,
      threads: sum(members.map(({ threads }) => threads)),
      cpus_user_time_secs: sum(members.map(({ userTicks }) => userTicks)) / TICKS_PER_SECOND,
      cpus_system_time_secs: sum(members.map(({ systemTicks }) => systemTicks)) / TICKS_PER_SECOND,
    };
  }

  async cleanup(containerId: ContainerId): Promise<void> {
    this.processes.delete(containerId);
  }
}

export default defineModule({
  kind: "isolator",
  name: "posix/cpu",
  apiVersion: 1,
  description: "Reports processor time, processes and threads; limits nothing",
  stage: "runtime",
  implementation: PosixCpuIsolator,
});
