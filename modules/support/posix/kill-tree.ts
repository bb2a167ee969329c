import { constants } from "node:os";
import { setTimeout } from "node:timers/promises";
import { assert } from "../../../core/base/assert.js";
import { Pacer } from "./pacer.js";
import type { ProcessEntry, ProcessSnapshot, ProcessTree } from "./process-snapshot.js";
import { processTable } from "./process-table.js";

const { SIGCONT, SIGKILL } = constants.signals;
const PAUSE_MS_MAX = 100;
/** How often processes are killed one by one before whole groups are. */
const SINGLE_ROUNDS_MAX = 3;
/** How often none may be found by a look that need not have seen all. */
const EMPTY_ROUNDS_MAX = 3;
/** After how many, seconds in all, a shim is killed that has nothing to wait for and still does not end. */
const SHIM_ROUNDS_MAX = 30;

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
 * Kills every process of the tree; resolves when none is left. The shim is let live to write the status down. Should there
 * still be others after some rounds, they multiply faster than they are found: then their groups are killed, each at one
 * blow that no fork escapes, and the shim with them.
 */
export async function killTree(tree: ProcessTree): Promise<void> {
  for (let round = 1, empty = 0; ; round++) {
    const snapshot = await processTable.snapshot();
    await kills.turn();
    const members = snapshot.membersOf(tree);
    if (members.length > 0) {
      empty = 0;
      strike(tree, members, round);
      await setTimeout(Math.min(2 ** round, PAUSE_MS_MAX));
    } else if (snapshot.settled || ++empty === EMPTY_ROUNDS_MAX) {
      killUnseen(tree, snapshot);
      return;
    }
  }
}

/** One that forks and exits all the time is hardly ever found, but seldom leaves its group, which is the shim's. */
function killUnseen({ sessionId }: ProcessTree, snapshot: ProcessSnapshot): void {
  if (sessionId !== undefined && !snapshot.hasGroup(sessionId)) send(-sessionId, SIGKILL);
}

function strike(tree: ProcessTree, members: readonly ProcessEntry[], round: number): void {
  const others = members.filter(({ pid }) => pid !== tree.sessionId);
  if (others.length === 0) {
    // A task of the agent's own user may have stopped the shim.
    const signal = round > SHIM_ROUNDS_MAX ? SIGKILL : SIGCONT;
    for (const { pid } of members) send(pid, signal);
  } else {
    const targets = round > SINGLE_ROUNDS_MAX ? groupsOf(others) : pidsOf(others);
    for (const target of targets) send(target, SIGKILL);
  }
}

function pidsOf(members: readonly ProcessEntry[]): readonly number[] {
  return members.map(({ pid }) => pid);
}

/** The groups as kill(2) wants them. None has a stranger in it: groups do not reach beyond their session. */
function groupsOf(members: readonly ProcessEntry[]): ReadonlySet<number> {
  return new Set(members.map(({ groupId }) => -groupId));
}

const ownGroup = processTable.read(process.pid)?.groupId;

function send(target: number, signal: number): void {
  const spared = [0, 1, process.pid, ownGroup].includes(Math.abs(target));
  assert(!spared, "the agent signals neither itself nor init", { target });
  try {
    process.kill(target, signal);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    // One that has become another user by itself ends when it wants to: an agent without root can but wait.
    if (code !== "ESRCH" && code !== "EPERM") throw error;
  }
}
