import type { FrameworkId } from "../../../core/base/ids.js";
import { Resources } from "../../../core/resources/resources.js";

/**
 * The shared volumes of an agent that are on offer. They stay available to all, but a run offers each to one framework
 * only, and a framework that has it in an outstanding offer needs no other.
 */
export class SharedOffers {
  private readonly outstanding = new Map<FrameworkId, Resources>();
  private lastRun = -1;
  private inLastRun = Resources.empty;

  begin(frameworkId: FrameworkId, volumes: Resources, run: number): void {
    this.outstanding.set(frameworkId, this.outstandingTo(frameworkId).plus(volumes));
    this.inLastRun = this.offeredIn(run).plus(volumes);
    this.lastRun = run;
  }

  /** What was offered has come back, or is in use or destroyed. */
  end(frameworkId: FrameworkId, resources: Resources): void {
    const before = this.outstanding.get(frameworkId);
    if (!before || !resources.hasShared) return;
    const ended = resources.unallocate();
    const rest = before.filter((volume) => !ended.has(volume));
    if (rest.isEmpty) this.outstanding.delete(frameworkId);
    else this.outstanding.set(frameworkId, rest);
  }

  outstandingTo(frameworkId: FrameworkId): Resources {
    return this.outstanding.get(frameworkId) ?? Resources.empty;
  }

  offeredIn(run: number): Resources {
    return run === this.lastRun ? this.inLastRun : Resources.empty;
  }
}
