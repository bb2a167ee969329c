/** What the shell learns of a run. */
export const exitCodes = { ok: 0, failure: 1, usage: 2 } as const;
