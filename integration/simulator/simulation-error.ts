import { messageOf } from "../../core/base/kernel-error.js";

/** An invariant did not hold, or a machine threw: which seed shows it, when, and what had happened just before. */
export class SimulationError extends Error {
  override readonly name = "SimulationError";

  constructor(
    readonly seed: number,
    readonly elapsedMs: number,
    readonly transcript: readonly string[],
    cause: unknown,
  ) {
    super(`seed ${seed} at ${(elapsedMs / 1000).toFixed(3)}s: ${messageOf(cause)}`, { cause });
  }
}
