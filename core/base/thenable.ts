/** Whether a value can be awaited, whoever made it: a plugin's own copy of a promise library counts, too. */
export function isThenable(value: unknown): value is PromiseLike<unknown> {
  return typeof (value as Partial<PromiseLike<unknown>> | null | undefined)?.then === "function";
}
