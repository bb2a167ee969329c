import { readdirSync, readFileSync } from "node:fs";

/** A process as /proc shows it. */
export interface TreeProcess {
  readonly pid: number;
  readonly parent: number;
  readonly group: number;
  /** `Z` for one that has ended and has not been waited for. */
  readonly state: string;
  /** The processor time it has used. */
  readonly cpuMs: number;
}

const TICK_MS = 10;

export function allProcesses(): readonly TreeProcess[] {
  const pids = readdirSync("/proc").filter((name) => /^\d+$/.test(name));
  return pids.flatMap((pid) => {
    const stat = readStat(pid);
    if (stat === "") return [];
    // The command's name may hold spaces and parentheses; what follows the last one does not.
    const [state = "", ...fields] = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    const number = (index: number): number => Number(fields[index] ?? 0);
    const cpuMs = (number(10) + number(11)) * TICK_MS;
    return [{ pid: Number(pid), parent: number(0), group: number(1), state, cpuMs }];
  });
}

/** The children of a process, their children, and so on. */
export function descendantsOf(ancestor: number): readonly TreeProcess[] {
  const all = allProcesses();
  const below = (parent: number): readonly TreeProcess[] =>
    all.filter((one) => one.parent === parent).flatMap((one) => [one, ...below(one.pid)]);
  return below(ancestor);
}

function readStat(pid: string): string {
  try {
    return readFileSync(`/proc/${pid}/stat`, "latin1");
  } catch {
    return "";
  }
}
