/** A broken invariant: a bug in the kernel, never a user's mistake. */
export class AssertionError extends Error {
  override readonly name = "AssertionError";
}

/** Throws {@link AssertionError} unless `condition` holds. `context` says where: ids and counts, no secrets. */
export function assert(
  condition: unknown,
  message: string,
  context?: Readonly<Record<string, unknown>>,
): asserts condition {
  if (condition) return;
  throw new AssertionError(context ? `${message} ${JSON.stringify(context)}` : message);
}

/** The branch of an exhaustive switch that cannot be reached. */
export function unreachable(value: never): never {
  throw new AssertionError(`unreachable: ${JSON.stringify(value)}`);
}
