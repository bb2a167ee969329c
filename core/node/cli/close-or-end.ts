import type { Disposable } from "../../base/disposable.js";
import { exitCodes } from "./exit-codes.js";

const LIMIT_MS = 10_000;

/**
 * Closes what a process that cannot go on has opened; where that hangs, for instance on a dead disk, the process ends all
 * the same.
 */
export async function closeOrEnd(opened: Disposable): Promise<void> {
  const timer = setTimeout(() => process.exit(exitCodes.failure), LIMIT_MS);
  await opened.dispose();
  clearTimeout(timer);
}
