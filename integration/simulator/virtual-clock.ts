import type { Disposable } from "../../core/base/disposable.js";
import type { Clock } from "../../core/machine/runtime.js";

/** One thing that happens later, unless it is disposed before. */
export class Appointment implements Disposable {
  constructor(
    readonly timeMs: number,
    readonly order: number,
    public fire: (() => void) | undefined,
  ) {}

  dispose(): void {
    this.fire = undefined;
  }

  isBefore(other: Appointment): boolean {
    return this.timeMs < other.timeMs || (this.timeMs === other.timeMs && this.order < other.order);
  }
}

/** When every simulation begins: a real date, so that times have the size they have in production. */
export const START_MS = 1_767_225_600_000;

/**
 * Time that stands still until the next event is taken. Events are kept in a binary heap ordered by time, then by
 * insertion, so that ties never depend on chance.
 */
export class VirtualClock implements Clock {
  private nowMs = START_MS;
  private nextOrder = 0;
  private readonly heap: Appointment[] = [];

  now(): number {
    return this.nowMs;
  }

  /** Milliseconds since the simulation began. */
  get elapsedMs(): number {
    return this.nowMs - START_MS;
  }

  get pending(): number {
    return this.heap.length;
  }

  schedule(delayMs: number, fire: () => void): Appointment {
    const added = new Appointment(this.nowMs + Math.max(0, delayMs), this.nextOrder++, fire);
    const heap = this.heap;
    let i = heap.length;
    while (i > 0) {
      const parent = (i - 1) >> 1;
      const above = heap[parent] as Appointment;
      if (above.isBefore(added)) break;
      heap[i] = above;
      i = parent;
    }
    heap[i] = added;
    return added;
  }

  /** Lets the next event happen; false if there is none up to and including `elapsedMs`, where the clock then stands. */
  runNext(elapsedMs: number): boolean {
    const deadlineMs = START_MS + elapsedMs;
    for (let next = this.heap[0]; next !== undefined; next = this.heap[0]) {
      if (next.timeMs > deadlineMs) break;
      this.removeFirst();
      if (next.fire === undefined) continue;
      this.nowMs = next.timeMs;
      next.fire();
      return true;
    }
    this.nowMs = Math.max(this.nowMs, deadlineMs);
    return false;
  }

  private removeFirst(): void {
    const heap = this.heap;
    const last = heap.pop() as Appointment;
    if (heap.length === 0) return;
    let i = 0;
    for (;;) {
      let child = 2 * i + 1;
      if (child >= heap.length) break;
      const right = heap[child + 1];
      if (right?.isBefore(heap[child] as Appointment) === true) child++;
      const below = heap[child] as Appointment;
      if (!below.isBefore(last)) break;
      heap[i] = below;
      i = child;
    }
    heap[i] = last;
  }
}
