import type { ContainerId } from "../../../core/base/ids.js";
import type { ContainerState } from "../../../core/contracts/container.js";
import type { ProcessEntry } from "./process-snapshot.js";
import { processTable } from "./process-table.js";

interface Tracked {
  readonly pid: number;
  sessionId?: number | undefined;
  leaderStartTicks?: number | undefined;
}

/** Finds the processes of containers by their first one, for isolators that report on them. */
export class TrackedProcesses {
  private readonly tracked = new Map<ContainerId, Tracked>();

  recover(states: readonly ContainerState[]): void {
    for (const { containerId, pid } of states) {
      if (pid !== undefined) this.tracked.set(containerId, { pid });
    }
  }

  add(containerId: ContainerId, pid: number): void {
    this.tracked.set(containerId, { pid });
  }

  delete(containerId: ContainerId): void {
    this.tracked.delete(containerId);
  }

  /** All but the one that leads the session, which is the agent's own; undefined for a container that is not tracked. */
  async of(containerId: ContainerId): Promise<readonly ProcessEntry[] | undefined> {
    const first = this.tracked.get(containerId);
    if (first === undefined) return undefined;
    const snapshot = await processTable.snapshot();
    first.sessionId ??= snapshot.entries.get(first.pid)?.sessionId;
    const leader = snapshot.entries.get(first.sessionId ?? first.pid);
    first.leaderStartTicks ??= leader?.startTicks;
    const { sessionId, leaderStartTicks } = first;
    const members = snapshot.membersOf({ containerId, sessionId, leaderStartTicks });
    return members.filter(({ pid }) => pid !== sessionId || pid === first.pid);
  }
}
