import { serviceToken } from "../base/service-token.js";
import type { Machine } from "./machine.js";

/** Something that will happen; disposing of it keeps it from happening. */
export interface Timer {
  dispose(): void;
}

/** Time, as a runtime needs it. Production uses the system's monotonic clock, the simulator a virtual one. */
export interface Clock {
  /** Milliseconds since the Unix epoch, never going backwards within a process. */
  now(): number;
  schedule(delayMs: number, fire: () => void): Timer;
}
export const Clock = serviceToken<Clock>("machine/Clock");

export interface RuntimeOptions<E> {
  readonly clock: Clock;
  /** Carries one effect out. Called in the order in which the machine made them; must not throw. */
  readonly carryOut: (effect: E) => void;
  /**
   * Called once, when the machine or `carryOut` has thrown: what is left of its state cannot be relied on, so the runtime
   * takes no more inputs and carries out no more effects. Without it, the error is thrown into the clock.
   */
  readonly onFailure?: (error: unknown) => void;
  /** Called at the end of each turn, for instance to flush what the effects have written. */
  readonly onTurnEnd?: () => void;
  /** How many inputs a turn takes before it lets the event loop breathe. */
  readonly maxInputsPerTurn?: number;
  /** A turn ends early once it has held the loop for this long. */
  readonly maxTurnMs?: number;
}

const MAX_INPUTS_PER_TURN = 1024;
const MAX_TURN_MS = 10;

/** Feeds one machine its inputs, one turn at a time, and carries out the effects of each step in order. */
export class Runtime<I, E> {
  private readonly effects: E[] = [];
  private inbox: I[] = [];
  private next = 0;
  private turnScheduled = false;
  private failed = false;

  constructor(
    private readonly machine: Machine<I, E>,
    private readonly options: RuntimeOptions<E>,
  ) {}

  /** How many inputs wait for their turn: a transport reads no more while it is large. */
  get backlog(): number {
    return this.inbox.length - this.next;
  }

  /** Callers never run the machine themselves: an input waits for the next turn. */
  deliver(input: I): void {
    if (this.failed) return;
    this.inbox.push(input);
    this.scheduleTurn();
  }

  private scheduleTurn(): void {
    if (this.turnScheduled) return;
    this.turnScheduled = true;
    this.options.clock.schedule(0, () => this.turn());
  }

  private turn(): void {
    this.turnScheduled = false;
    const { onFailure, onTurnEnd } = this.options;
    try {
      this.takeInputs();
    } catch (error) {
      this.failed = true;
      this.inbox = [];
      this.next = 0;
      if (onFailure === undefined) throw error;
      onFailure(error);
    }
    onTurnEnd?.();
  }

  private takeInputs(): void {
    const { clock, carryOut } = this.options;
    const last = Math.min(
      this.inbox.length,
      this.next + (this.options.maxInputsPerTurn ?? MAX_INPUTS_PER_TURN),
    );
    const startMs = clock.now();
    const deadlineMs = startMs + (this.options.maxTurnMs ?? MAX_TURN_MS);
    for (let nowMs = startMs; this.next < last && nowMs <= deadlineMs; nowMs = clock.now()) {
      this.machine.step(this.inbox[this.next++] as I, nowMs, this.effects);
      for (const effect of this.effects) carryOut(effect);
      this.effects.length = 0;
    }
    this.tidyInbox();
  }

  private tidyInbox(): void {
    if (this.next === this.inbox.length) {
      this.inbox = [];
      this.next = 0;
      return;
    }
    if (this.next > 65_536) {
      this.inbox = this.inbox.slice(this.next);
      this.next = 0;
    }
    this.scheduleTurn();
  }
}
