import { performance } from "node:perf_hooks";
import type { Disposable } from "../base/disposable.js";
import type { Clock, Timer } from "../machine/runtime.js";

/** The longest delay that Node's timers take; a longer one would fire at once. */
export const MAX_TIMER_MS = 2 ** 31 - 1;

/**
 * The wall clock as it stood when the process started, carried on by the monotonic one: it never goes back and never
 * jumps. Disposing it stops every timer, so that none fires into what has been closed.
 */
export class SystemClock implements Clock, Disposable {
  private readonly timers = new Set<NodeJS.Timeout>();
  private disposed = false;

  now(): number {
    return Math.floor(performance.timeOrigin + performance.now());
  }

  schedule(delayMs: number, fire: () => void): Timer {
    if (this.disposed) return { dispose: () => {} };
    if (delayMs <= 0) {
      const immediate = setImmediate(() => {
        if (!this.disposed) fire();
      });
      return { dispose: () => clearImmediate(immediate) };
    }
    return this.scheduleLater(delayMs, fire);
  }

  private scheduleLater(delayMs: number, fire: () => void): Timer {
    const step = Math.min(delayMs, MAX_TIMER_MS);
    let next: Timer | undefined;
    const timer = setTimeout(() => {
      this.timers.delete(timer);
      if (delayMs > step) next = this.schedule(delayMs - step, fire);
      else fire();
    }, step);
    this.timers.add(timer);
    return {
      dispose: () => {
        clearTimeout(timer);
        this.timers.delete(timer);
        next?.dispose();
      },
    };
  }

  dispose(): void {
    this.disposed = true;
    for (const timer of this.timers) clearTimeout(timer);
    this.timers.clear();
  }
}
