import type { Clock, Timer } from "../../machine/runtime.js";

/** Does something again and again from `start` to `stop`, the first time after one interval; `start` anew begins anew. */
export class Repetition {
  private timer: Timer | undefined;

  constructor(
    private readonly clock: Clock,
    private readonly intervalMs: number,
    private readonly act: () => void,
  ) {}

  start(): void {
    this.stop();
    this.timer = this.clock.schedule(this.intervalMs, () => {
      this.start();
      this.act();
    });
  }

  stop(): void {
    this.timer?.dispose();
    this.timer = undefined;
  }
}
