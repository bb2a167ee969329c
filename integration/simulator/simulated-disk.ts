import type { Random } from "../../core/base/random.js";
import { between, chance } from "./chance.js";
import type { VirtualClock } from "./virtual-clock.js";

/** How long a write takes until it is durable. */
export interface DiskFaults {
  readonly minLatencyMs: number;
  readonly maxLatencyMs: number;
  /** How likely a write takes up to `maxSlowMs` instead. */
  readonly slow: number;
  readonly maxSlowMs: number;
}

export const quietDisk: DiskFaults = { minLatencyMs: 1, maxLatencyMs: 3, slow: 0, maxSlowMs: 0 };

interface Write {
  readonly apply: () => void;
  readonly done: () => void;
}

/** Writes become durable one after the other, in the order they were made; a crash loses those not yet synced. */
export class SimulatedDisk {
  private queue: Write[] = [];
  private writing = false;
  private incarnation = 0;

  constructor(
    private readonly clock: VirtualClock,
    private readonly random: Random,
    public faults: DiskFaults,
  ) {}

  /** `apply` makes it durable; `done` tells the writer, unless a crash came first. */
  write(apply: () => void, done: () => void): void {
    this.queue.push({ apply, done });
    if (!this.writing) this.next();
  }

  /** Reading takes as long as writing, and does not wait for it. */
  read(done: () => void): void {
    this.schedule(done);
  }

  /** Some of the writes under way have reached the disk, the later ones have not. Nobody is told. */
  crash(): void {
    this.incarnation++;
    const reached = this.random.integer(this.queue.length + 1);
    for (const { apply } of this.queue.slice(0, reached)) apply();
    this.queue = [];
    this.writing = false;
  }

  private next(): void {
    const write = this.queue[0];
    this.writing = write !== undefined;
    if (write === undefined) return;
    this.schedule(() => {
      this.queue.shift();
      write.apply();
      write.done();
      this.next();
    });
  }

  private schedule(done: () => void): void {
    const { minLatencyMs, maxLatencyMs, slow, maxSlowMs } = this.faults;
    const { incarnation, random } = this;
    const limitMs = chance(random, slow) ? maxSlowMs : maxLatencyMs;
    this.clock.schedule(between(random, minLatencyMs, limitMs), () => {
      if (this.incarnation === incarnation) done();
    });
  }
}
