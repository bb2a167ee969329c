import { readdir, readFile } from "node:fs/promises";
import { setTimeout } from "node:timers/promises";

/** For what has to happen: passing tests do not wait for it, on a slow machine it takes its time. */
const DEADLINE_MS = 30_000;
const PAUSE_MS = 5;

/** Asks until the answer is a value, and fails once it has taken too long. */
export async function eventually<T>(
  what: string,
  ask: () => Promise<T | undefined>,
  withinMs = DEADLINE_MS,
): Promise<T> {
  const deadlineMs = performance.now() + withinMs;
  for (;;) {
    const answer = await ask();
    if (answer !== undefined) return answer;
    if (performance.now() > deadlineMs) throw new Error(`still not so: ${what}`);
    await setTimeout(PAUSE_MS);
  }
}

/** The text of a file once it ends in a newline. */
export function written(path: string): Promise<string> {
  return eventually(`${path} is written`, async () => {
    const text = await readFile(path, "utf8").catch(() => "");
    return text.endsWith("\n") ? text : undefined;
  });
}

/** The command lines and environments of the processes that bear the mark in either. */
export async function processesMarked(mark: string): Promise<string[]> {
  const pids = (await readdir("/proc")).filter((name) => /^\d+$/.test(name));
  const texts = await Promise.all(
    pids.map(async (pid) => {
      const read = (file: string): Promise<string> =>
        readFile(`/proc/${pid}/${file}`, "latin1").catch(() => "");
      return `${pid} ${await read("cmdline")} ${await read("environ")}`.replaceAll("\0", " ");
    }),
  );
  return texts.filter((text) => text.includes(mark));
}

/** Resolves once there is no such process; one that waits for init to take notice is gone. */
export async function gone(pid: number): Promise<void> {
  await eventually(`process ${pid} is gone`, async () => {
    const stat = await readFile(`/proc/${pid}/stat`, "latin1").catch(() => "");
    return stat === "" || / [ZX] 1 /.test(stat) ? true : undefined;
  });
}

/** Resolves once no process is left in the group, not even a zombie: how to tell where none stays for long. */
export async function groupGone(group: number): Promise<void> {
  await eventually(`process group ${group} is gone`, async () => {
    try {
      process.kill(-group, 0);
      return undefined;
    } catch {
      return true;
    }
  });
}
