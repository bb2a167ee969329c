import { constants } from "node:os";
import { setTimeout } from "node:timers/promises";
import { assert } from "../../../core/base/assert.js";
import { type ProcessEntry, type ProcessTree } from "./process-snapshot.js";
import { Pacer } from "./pacer.js";
import { processTable } from "./process-table.js";

const { SIGCONT, SIGKILL, SIGSTOP } = constants.signals;
const PAUSE_MS_MAX = 100;
/** A shim that has nothing to wait for any more needs milliseconds to end by itself. */
const SHIM_GRACE_MS = 2_000;

/** A signal takes the system many microseconds: a thousand containers at once would hold the event loop. */
const kills = new Pacer(32);

/** Signals every process of the tree but its leader, the shim. */
export async function signalTree(tree: ProcessTree, signal: number): Promise<void> {
  const members = (await processTable.snapshot()).membersOf(tree);
  for (const { pid } of members) {
    if (pid !== tree.sessionId) send(pid, signal);
  }
}

/**
 * Kills every process of the tree; resolves when none is left. More than one process is stopped first, until a look finds
 * no new one, so that none can fork its way out. The shim is left to write the status down, and killed if it does not.
 */
export async function killTree(tree: ProcessTree): Promise<void> {
  const stopped = new Set<string>();
  let aloneSinceMs: number | undefined;
  for (let pauseMs = 1; ; pauseMs = Math.min(2 * pauseMs, PAUSE_MS_MAX)) {
    const snapshot = await processTable.snapshot();
    await kills.turn();
    const members = snapshot.membersOf(tree);
    if (members.length === 0) return;
    const others = members.filter(({ pid }) => pid !== tree.sessionId);
    if (others.length === 0) {
      aloneSinceMs ??= performance.now();
      wakeOrKill(tree, performance.now() - aloneSinceMs > SHIM_GRACE_MS);
    } else if (others.length === 1 || !stopNew(others, stopped)) {
      for (const { pid } of others) send(pid, SIGKILL);
    } else {
      continue;
    }
    await setTimeout(pauseMs);
  }
}

/** @returns whether there was one that had not been stopped yet. */
function stopNew(members: readonly ProcessEntry[], stopped: Set<string>): boolean {
  const before = stopped.size;
  for (const { pid, startTicks } of members) {
    const key = `${pid}:${startTicks}`;
    if (!stopped.has(key)) send(pid, SIGSTOP);
    stopped.add(key);
  }
  return stopped.size > before;
}

/** A task of the agent's own user may have stopped the shim. */
function wakeOrKill(tree: ProcessTree, overdue: boolean): void {
  assert(tree.sessionId !== undefined, "a tree of one leader has a session");
  send(tree.sessionId, overdue ? SIGKILL : SIGCONT);
}

function send(pid: number, signal: number): void {
  assert(pid > 1 && pid !== process.pid, "the agent never signals itself or init", { pid });
  try {
    process.kill(pid, signal);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ESRCH") throw error;
  }
}
