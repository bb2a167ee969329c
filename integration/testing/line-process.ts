import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { setTimeout as after } from "node:timers/promises";

const DEADLINE_MS = 60_000;
const SHOWN_LINES_MAX = 40;

export interface LineProcessOptions {
  readonly environment?: Readonly<Record<string, string>>;
  readonly directory?: string;
}

/** A child process that says what it does in lines, on standard output or error. */
export class LineProcess {
  private readonly child: ChildProcess;
  private readonly lines: string[] = [];
  private readonly waiting = new Set<() => void>();
  /** The exit code, or the signal that ended it. */
  readonly exited: Promise<number | NodeJS.Signals>;
  private end: number | NodeJS.Signals | undefined;

  constructor(
    private readonly name: string,
    command: string,
    args: readonly string[],
    { environment, directory }: LineProcessOptions = {},
  ) {
    this.child = spawn(command, args, {
      stdio: ["pipe", "pipe", "pipe"],
      env: { ...process.env, ...environment },
      ...(directory !== undefined && { cwd: directory }),
    });
    for (const stream of [this.child.stdout, this.child.stderr]) {
      if (stream) createInterface({ input: stream }).on("line", (line) => this.onLine(line));
    }
    this.child.stdin?.on("error", () => {});
    this.exited = once(this.child, "close").then(([code, signal]) => {
      this.end = (code ?? signal) as number | NodeJS.Signals;
      this.wake();
      return this.end;
    });
  }

  get pid(): number {
    return this.child.pid ?? 0;
  }

  private onLine(line: string): void {
    this.lines.push(line);
    this.wake();
  }

  private wake(): void {
    for (const look of [...this.waiting]) look();
  }

  /** What every line that `read` takes says, so far. */
  all<T>(read: (line: string) => T | undefined): readonly T[] {
    return this.lines.flatMap((line) => read(line) ?? []);
  }

  /** Resolves to what the first line says that `read` takes; fails when the process ends, or takes too long, before it. */
  async line<T>(what: string, read: (line: string) => T | undefined): Promise<T> {
    const [first] = await this.until(what, () => {
      const found = this.all(read);
      return found.length > 0 ? found.slice(0, 1) : undefined;
    });
    return first as T;
  }

  /** Resolves to the first answer of `ask`, which is asked again after every line. */
  async until<T>(what: string, ask: () => T | undefined): Promise<T> {
    const deadline = new AbortController();
    const late = after(DEADLINE_MS, "late" as const, { signal: deadline.signal }).catch(
      () => "late" as const,
    );
    let look = (): void => {};
    const found = new Promise<T | "ended">((resolve) => {
      look = () => {
        const answer = ask();
        if (answer !== undefined) resolve(answer);
        else if (this.end !== undefined) resolve("ended");
      };
    });
    this.waiting.add(look);
    look();
    const answer = await Promise.race([found, late]);
    this.waiting.delete(look);
    deadline.abort();
    if (answer !== "late" && answer !== "ended") return answer;
    const why = answer === "late" ? "waited in vain" : `it has ended (${this.end})`;
    throw new Error(`${this.name}: ${what}: ${why}\n${this.tail()}`);
  }

  tell(line: string): void {
    this.child.stdin?.write(`${line}\n`);
  }

  /** Sends the signal, e.g. SIGSTOP to freeze the process and SIGCONT to let it go on. */
  signal(signal: NodeJS.Signals): void {
    this.child.kill(signal);
  }

  /** Sends the signal, and resolves once the process has ended; it is killed when it takes too long. */
  async stop(signal: NodeJS.Signals = "SIGTERM"): Promise<number | NodeJS.Signals> {
    if (this.end !== undefined) return this.end;
    this.child.kill(signal);
    const deadline = new AbortController();
    void after(DEADLINE_MS, undefined, { signal: deadline.signal }).then(
      () => this.child.kill("SIGKILL"),
      () => {},
    );
    const end = await this.exited;
    deadline.abort();
    return end;
  }

  private tail(): string {
    return this.lines.slice(-SHOWN_LINES_MAX).join("\n");
  }
}

/** Reads a line that is a JSON object. */
export function jsonLine(line: string): Readonly<Record<string, unknown>> | undefined {
  if (!line.startsWith("{")) return undefined;
  return JSON.parse(line) as Readonly<Record<string, unknown>>;
}
