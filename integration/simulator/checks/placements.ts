import { assert } from "../../../core/base/assert.js";
import type { ContainerId, TaskId } from "../../../core/base/ids.js";
import type { JobLedger } from "../scheduler/job-ledger.js";

/** Where a task runs. */
export interface Placement {
  readonly agent: string;
  readonly containerId: ContainerId;
}

/**
 * I4: no task runs twice, and no job runs in two places unless its scheduler was told that the earlier task may be lost.
 * Watches the containers themselves, whatever master and agents believe.
 */
export class Placements {
  private readonly running = new Map<string, Placement[]>();
  private readonly ledgers: JobLedger[] = [];

  watch(ledger: JobLedger): void {
    this.ledgers.push(ledger);
  }

  /** Where each task runs now. */
  get tasks(): ReadonlyMap<string, readonly Placement[]> {
    return this.running;
  }

  onTask(taskId: TaskId, place: Placement, runs: boolean): void {
    const { containerId } = place;
    const elsewhere = (this.running.get(taskId) ?? []).filter(
      (one) => one.containerId !== containerId,
    );
    if (runs) elsewhere.push(place);
    if (elsewhere.length === 0) this.running.delete(taskId);
    else this.running.set(taskId, elsewhere);
    if (!runs) return;
    assert(elsewhere.length === 1, "a task runs twice", { taskId, elsewhere });
    this.checkJob(taskId);
  }

  private checkJob(taskId: string): void {
    for (const { tasks } of this.ledgers) {
      const task = tasks.get(taskId);
      if (task === undefined) continue;
      for (const other of tasks.values()) {
        if (other === task || other.job !== task.job || !this.running.has(other.id)) continue;
        assert(
          other.declaredLost || task.declaredLost,
          "a job runs twice, and neither task was declared lost",
          { task: taskId, other: other.id },
        );
      }
    }
  }
}
