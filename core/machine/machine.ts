/**
 * A pure state machine. `step` is synchronous and the only code that changes state; time arrives as an argument, chance
 * through the `Random` given to the constructor, and what is to be done in the outside world leaves as effects.
 */
export interface Machine<I, E> {
  step(input: I, nowMs: number, effects: E[]): void;
}
