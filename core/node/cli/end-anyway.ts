import { exitCodes } from "./exit-codes.js";

const LIMIT_MS = 10_000;

/** A process that cannot go on closes what it has opened, but ends even where that hangs, for instance on a dead disk. */
export function endAnyway(): void {
  setTimeout(() => process.exit(exitCodes.failure), LIMIT_MS).unref();
}
