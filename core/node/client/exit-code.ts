import { constants } from "node:os";
import type { v1 } from "../../protocol/v1.js";

/**
 * A task's exit code for the shell: its own, or 128 + N after signal N. The v1 API has a field for neither, so both are
 * read off the last update's message, as Mesos words it. An end without either is that of the signal that asked for it,
 * or 1.
 */
export function exitCodeOf(
  { state, message = "" }: v1.TaskStatus,
  askedBy?: NodeJS.Signals,
): number {
  const status = /^Command exited with status (\d+)/.exec(message)?.[1];
  if (status !== undefined) return Number(status);
  const signal = /^Command terminated with signal (SIG\w+|\d+)/.exec(message)?.[1];
  if (signal !== undefined) return 128 + signalNumber(signal);
  if (state === "TASK_FINISHED") return 0;
  return askedBy === undefined ? 1 : 128 + signalNumber(askedBy);
}

function signalNumber(signal: string): number {
  const numbers: Readonly<Record<string, number>> = constants.signals;
  return numbers[signal] ?? Number(signal);
}
