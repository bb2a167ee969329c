import type { Random } from "../../core/base/random.js";
import type { Machine } from "../../core/machine/machine.js";
import type { Appointment } from "./virtual-clock.js";
import type { World } from "./world.js";

/**
 * An operating-system process around one machine: the simulator's counterpart of a runtime. What it has scheduled dies
 * with it; its next start begins with a new machine.
 */
export abstract class SimulatedProcess<I, E> {
  /** What its machines draw from. */
  protected readonly random: Random;
  protected machine: Machine<I, E> | undefined;
  private incarnation = 0;
  private running = false;
  private readonly effects: E[] = [];
  /** What waits for a process that is stopped; undefined while it goes on. */
  private backlog: (() => void)[] | undefined;

  constructor(
    readonly name: string,
    protected readonly world: World,
  ) {
    this.random = world.randomOf(name);
  }

  /** Differs for every process that has run under the name. */
  get incarnationName(): string {
    return `${this.name}#${this.incarnation}`;
  }

  get alive(): boolean {
    return this.running;
  }

  start(): void {
    if (this.running) return;
    this.running = true;
    this.incarnation++;
    this.world.network.setDown(this.name, false);
    this.world.transcript.note(() => `${this.name} starts`);
    this.boot();
  }

  /** Ends at once and loses what it has not stored. With `silent` its peers hear nothing, as when the power fails. */
  crash({ silent = false } = {}): void {
    if (!this.running) return;
    this.world.transcript.note(() => `${this.name} crashes${silent ? " silently" : ""}`);
    this.running = false;
    this.machine = undefined;
    this.backlog = undefined;
    this.incarnation++;
    if (silent) this.world.network.setDown(this.name, true);
    this.hangUp(silent);
  }

  /** Stops for a while, as by SIGSTOP: its connections stand, but nothing of it moves. */
  freeze(forMs: number): void {
    if (this.backlog !== undefined || !this.running) return;
    this.world.transcript.note(() => `${this.name} is stopped`);
    this.backlog = [];
    const { incarnation } = this;
    this.world.clock.schedule(forMs, () => {
      if (this.incarnation === incarnation) this.thaw();
    });
  }

  private thaw(): void {
    const waiting = this.backlog ?? [];
    this.backlog = undefined;
    this.world.transcript.note(() => `${this.name} goes on`);
    for (const run of waiting) run();
  }

  protected abstract boot(): void;
  protected abstract carryOut(effect: E): void;
  /** Lets go of every connection. */
  protected abstract hangUp(silent: boolean): void;

  /** Runs after a while, unless the process has ended by then. */
  protected after(delayMs: number, run: () => void): Appointment {
    return this.world.clock.schedule(delayMs, this.whileAlive(run));
  }

  /** Wraps what another part calls back, so that it reaches this incarnation only, and once it is not stopped. */
  protected whileAlive<A extends unknown[]>(run: (...values: A) => void): (...values: A) => void {
    const { incarnation } = this;
    return (...values) => {
      if (this.incarnation !== incarnation) return;
      if (this.backlog === undefined) run(...values);
      else this.backlog.push(() => this.whileSame(incarnation, () => run(...values)));
    };
  }

  private whileSame(incarnation: number, run: () => void): void {
    if (this.incarnation === incarnation) run();
  }

  /** Must not be called while an effect is carried out. */
  protected step(input: I): void {
    const { machine, effects } = this;
    if (machine === undefined) return;
    const { clock, hash, observer } = this.world;
    hash.add(clock.elapsedMs, this.name, input);
    machine.step(input, clock.now(), effects);
    for (const effect of effects) {
      hash.add(clock.elapsedMs, this.name, effect);
      this.carryOut(effect);
      if (this.machine !== machine) break;
    }
    effects.length = 0;
    observer.afterStep(this.name);
  }
}
