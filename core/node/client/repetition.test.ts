import { expect } from "chai";
import type { Clock, Timer } from "../../machine/runtime.js";
import { Repetition } from "./repetition.js";

/** Time that goes on by a second when it is told to. */
class SecondsClock implements Clock {
  private readonly timers = new Set<{ readonly atMs: number; readonly fire: () => void }>();
  private nowMs = 0;

  now(): number {
    return this.nowMs;
  }

  schedule(delayMs: number, fire: () => void): Timer {
    const timer = { atMs: this.nowMs + delayMs, fire };
    this.timers.add(timer);
    return { dispose: () => void this.timers.delete(timer) };
  }

  pass(seconds: number): void {
    for (let i = 0; i < seconds; i++) {
      this.nowMs += 1000;
      for (const timer of [...this.timers].filter(({ atMs }) => atMs <= this.nowMs)) {
        this.timers.delete(timer);
        timer.fire();
      }
    }
  }
}

describe("Repetition", () => {
  let clock: SecondsClock;
  let atMs: number[];
  let repetition: Repetition;
  beforeEach(() => {
    clock = new SecondsClock();
    atMs = [];
    repetition = new Repetition(clock, 5000, () => atMs.push(clock.now()));
  });

  it("acts at each interval until it is stopped", () => {
    repetition.start();
    clock.pass(16);
    repetition.stop();
    clock.pass(16);
    expect(atMs).to.deep.equal([5000, 10_000, 15_000]);
  });

  it("goes on once, however often it has been stopped and started", () => {
    for (let flap = 0; flap < 3; flap++) {
      repetition.start();
      clock.pass(1);
      repetition.stop();
      repetition.start();
    }
    clock.pass(10);
    expect(atMs).to.deep.equal([8000, 13_000]);
  });

  it("may be stopped by what it does", () => {
    const once = new Repetition(clock, 1000, () => {
      atMs.push(clock.now());
      once.stop();
    });
    once.start();
    clock.pass(5);
    expect(atMs).to.deep.equal([1000]);
  });
});
