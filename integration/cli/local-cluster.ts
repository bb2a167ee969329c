import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { eventually, gone, processesMarked } from "../contracts/processes.js";
import {
  type CommandEnd,
  type CommandOptions,
  type CommandProcess,
  dasmos,
} from "./command-process.js";
import { descendantsOf } from "./process-tree.js";

/** Of a process that was left: its command line, rather than its environment. */
const SHOWN_LENGTH = 200;

/** A directory whose name marks every process that has to do with it. */
export async function makeMarkedDirectory(): Promise<string> {
  return mkdtemp(join(tmpdir(), "dasmos-cli-"));
}

/** Removes the directory, and fails where a process is left that has to do with it. */
export async function removeMarkedDirectory(directory: string): Promise<void> {
  const left = await processesMarked(directory);
  for (const text of left) process.kill(Number.parseInt(text, 10), "SIGKILL");
  await rm(directory, { recursive: true, force: true });
  const shown = left.map((text) => text.slice(0, SHOWN_LENGTH));
  if (left.length > 0) throw new Error(`processes were left behind:\n${shown.join("\n")}`);
}

/** `dasmos local` as a process, on free ports and in a directory of its own. */
export class LocalCluster {
  private constructor(
    readonly directory: string,
    readonly process: CommandProcess,
    readonly master: string,
    readonly agents: readonly string[],
  ) {}

  /** Resolves once its agents have registered. */
  static async start(
    flags: readonly string[] = ["--no-demo"],
    options: CommandOptions = {},
  ): Promise<LocalCluster> {
    const directory = options.directory ?? (await makeMarkedDirectory());
    const started = dasmos(
      ["local", "--port=0", "--agent-port=0", `--work-dir=${directory}/work`, ...flags],
      { ...options, directory, environment: { TEST_MARK: directory, ...options.environment } },
    );
    try {
      const [, master = ""] = await started.writes("stdout", /master +(http\S+)/);
      await started.writes("stdout", /state/);
      const agents = [...started.text("stdout").matchAll(/agent +(http\S+)/g)];
      const urls = agents.map(([, url = ""]) => url);
      const cluster = new LocalCluster(directory, started, master, urls);
      await cluster.registered();
      return cluster;
    } catch (error) {
      started.signalGroup("SIGKILL");
      await removeMarkedDirectory(directory);
      throw error;
    }
  }

  private async registered(): Promise<void> {
    await eventually("all agents have registered", async () => {
      const state = await this.get<{ readonly activated_slaves: number }>("/state");
      return state.activated_slaves === this.agents.length ? true : undefined;
    });
  }

  async get<T>(path: string): Promise<T> {
    const response = await fetch(new URL(path, this.master));
    if (!response.ok) throw new Error(`${path}: ${response.status} ${await response.text()}`);
    return (await response.json()) as T;
  }

  /** Starts a command that talks to this cluster. */
  start(args: readonly string[], options: CommandOptions = {}): CommandProcess {
    const environment = { TEST_MARK: this.directory, DASMOS_MASTER: this.master };
    return dasmos(args, {
      directory: this.directory,
      ...options,
      environment: { ...environment, ...options.environment },
    });
  }

  /** Runs a command that talks to this cluster to its end. */
  run(...args: readonly string[]): Promise<CommandEnd> {
    return this.start(args).ended;
  }

  /** Ctrl-C, then a look at what is left. */
  async dispose(): Promise<CommandEnd> {
    const family = descendantsOf(this.process.pid);
    this.process.signalGroup("SIGINT");
    const end = await this.process.ended;
    for (const { pid } of family) await gone(pid);
    await removeMarkedDirectory(this.directory);
    return end;
  }
}
