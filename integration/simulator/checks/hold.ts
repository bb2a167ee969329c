import { assert } from "../../../core/base/assert.js";

/** As `assert`, for checks that run often: the context is made only where it is needed. */
export function hold(
  condition: unknown,
  message: string,
  context: () => Readonly<Record<string, unknown>>,
): asserts condition {
  if (!condition) assert(false, message, context());
}
