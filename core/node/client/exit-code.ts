import { constants } from "node:os";
import type { v1 } from "../../protocol/v1.js";

/**
 * A task's exit code for the shell: its own, or 128 + N after signal N. The v1 API has a field for neither, so both are
 * read off the last update's message, as Mesos words it; 1 for an end that has no exit code.
 */
export function exitCodeOf({ state, message = "" }: v1.TaskStatus): number {
  const status = /^Command exited with status (\d+)/.exec(message)?.[1];
  if (status !== undefined) return Number(status);
  const signal = /^Command terminated with signal (SIG\w+|\d+)/.exec(message)?.[1];
  if (signal !== undefined) return 128 + signalNumber(signal);
  return state === "TASK_FINISHED" ? 0 : 1;
}

function signalNumber(signal: string): number {
  const numbers: Readonly<Record<string, number>> = constants.signals;
  return numbers[signal] ?? Number(signal);
}
