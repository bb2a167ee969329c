import { readFileSync } from "node:fs";

/** Linux counts in hundredths of a second, whatever the machine. */
const TICKS_PER_SECOND = 100;
/** Of the fields that follow the command's name in `/proc/PID/stat`. */
const USER_FIELD = 11;
const SYSTEM_FIELD = 12;

/** CPU milliseconds that another process has used, all of its threads together. */
export function processCpuMs(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  const ticks = Number(fields[USER_FIELD]) + Number(fields[SYSTEM_FIELD]);
  return (ticks * 1000) / TICKS_PER_SECOND;
}
