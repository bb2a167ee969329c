import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";

const DEADLINE_MS = 60_000;

/** The root of the checkout that the tests run in. */
export const root = fileURLToPath(new URL("../../..", import.meta.url));
const program = fileURLToPath(new URL("../../../bin/dasmos.js", import.meta.url));

export interface CommandOptions {
  readonly directory?: string;
  readonly environment?: Readonly<Record<string, string>>;
  /** The number of the user it runs as; absent: ours. */
  readonly user?: number;
}

/** How a command ended: its exit code or its signal, and all that it wrote. */
export interface CommandEnd {
  readonly end: number | NodeJS.Signals;
  readonly stdout: string;
  readonly stderr: string;
}

/** A command as a shell starts it: a process group of its own, pipes for its output, no terminal. */
export class CommandProcess {
  private readonly child: ChildProcess;
  private readonly chunks: Record<"stdout" | "stderr", Buffer[]> = { stdout: [], stderr: [] };
  private readonly waiting = new Set<() => void>();
  private hasEnded = false;
  readonly ended: Promise<CommandEnd>;

  constructor(command: string, args: readonly string[], options: CommandOptions = {}) {
    const { directory, environment, user } = options;
    this.child = spawn(command, args, {
      detached: true,
      stdio: ["ignore", "pipe", "pipe"],
      env: { ...plainEnvironment(), ...environment },
      ...(directory !== undefined && { cwd: directory }),
      ...(user !== undefined && { uid: user, gid: user }),
    });
    for (const name of ["stdout", "stderr"] as const)
      this.child[name]?.on("data", (chunk: Buffer) => {
        this.chunks[name].push(chunk);
        this.wake();
      });
    this.ended = once(this.child, "close").then(([code, signal]) => {
      this.hasEnded = true;
      this.wake();
      return {
        end: (code ?? signal) as number | NodeJS.Signals,
        stdout: this.text("stdout"),
        stderr: this.text("stderr"),
      };
    });
  }

  get pid(): number {
    return this.child.pid ?? 0;
  }

  text(name: "stdout" | "stderr"): string {
    return this.bytes(name).toString();
  }

  bytes(name: "stdout" | "stderr"): Buffer {
    return Buffer.concat(this.chunks[name]);
  }

  private wake(): void {
    for (const look of [...this.waiting]) look();
  }

  /** Resolves once the pattern is found in what it wrote; fails when it ends, or takes too long, before that. */
  async writes(name: "stdout" | "stderr", pattern: RegExp): Promise<RegExpExecArray> {
    let timer: NodeJS.Timeout | undefined;
    const found = new Promise<RegExpExecArray>((resolve, reject) => {
      const look = (): void => {
        const match = pattern.exec(this.text(name));
        if (match === null && !this.hasEnded) return;
        this.waiting.delete(look);
        if (match === null) reject(this.failure(`has ended without ${pattern}`));
        else resolve(match);
      };
      this.waiting.add(look);
      timer = setTimeout(() => reject(this.failure(`did not write ${pattern}`)), DEADLINE_MS);
      look();
    });
    return found.finally(() => clearTimeout(timer));
  }

  private failure(what: string): Error {
    return new Error(`it ${what}\n${this.text("stdout")}\n${this.text("stderr")}`);
  }

  signal(signal: NodeJS.Signals): void {
    this.child.kill(signal);
  }

  /** What a terminal does at Ctrl-C: everybody in the foreground gets the signal. */
  signalGroup(signal: NodeJS.Signals): void {
    if (!this.hasEnded) process.kill(-this.pid, signal);
  }
}

/** `dasmos` with these arguments. */
export function dasmos(args: readonly string[], options?: CommandOptions): CommandProcess {
  return new CommandProcess(process.execPath, [program, ...args], options);
}

const NOBODY = 65_534;

/** A user without rights who can read this checkout; absent: we have none ourselves, or nobody else can read it. */
export function unprivilegedUser(): number | undefined {
  if (process.getuid?.() !== 0) return undefined;
  const { status } = spawnSync("test", ["-r", program], { uid: NOBODY, gid: NOBODY });
  return status === 0 ? NOBODY : undefined;
}

/** Our environment without what would change a command's behaviour. */
function plainEnvironment(): Record<string, string | undefined> {
  const entries = Object.entries(process.env);
  return Object.fromEntries(
    entries.filter(([name]) => !/^(DASMOS_|npm_|NO_COLOR$|FORCE_COLOR$)/.test(name)),
  );
}
