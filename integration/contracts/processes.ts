import { readdir, readFile } from "node:fs/promises";
import { setTimeout } from "node:timers/promises";

const DEADLINE_MS = 5_000;
const PAUSE_MS = 5;

/** Asks until the answer is a value, and fails once the deadline has passed. */
export async function eventually<T>(ask: () => Promise<T | undefined>, what: string): Promise<T> {
  const deadlineMs = performance.now() + DEADLINE_MS;
  for (;;) {
    const answer = await ask();
    if (answer !== undefined) return answer;
    if (performance.now() > deadlineMs) throw new Error(`still not so: ${what}`);
    await setTimeout(PAUSE_MS);
  }
}

/** The command lines of the processes that carry any of the marks, zombies included. */
export async function processesMarked(marks: readonly string[]): Promise<string[]> {
  const pids = (await readdir("/proc")).filter((name) => /^\d+$/.test(name));
  const texts = await Promise.all(
    pids.map(async (pid) => {
      const read = (file: string): Promise<string> =>
        readFile(`/proc/${pid}/${file}`, "latin1").catch(() => "");
      return `${await read("cmdline")}\0${await read("environ")}`.replaceAll("\0", " ");
    }),
  );
  return texts.filter((text) => marks.some((mark) => text.includes(mark)));
}

/** Whether there is such a process, be it a zombie. */
export async function isAlive(pid: number): Promise<boolean> {
  return readFile(`/proc/${pid}/stat`).then(
    () => true,
    () => false,
  );
}
