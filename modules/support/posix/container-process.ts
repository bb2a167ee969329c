import { type FSWatcher, watch } from "node:fs";
import { mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { constants } from "node:os";
import { KernelError } from "../../../core/base/kernel-error.js";
import type { ContainerTermination } from "../../../core/contracts/container.js";
import type { LaunchRequest } from "../../../core/contracts/launcher.js";
import { killTree } from "./kill-tree.js";
import { isDead, type ProcessTree, parseStat } from "./process-snapshot.js";
import { processTable } from "./process-table.js";
import { parseStatus, toCommandFile } from "./shim.js";
import { spawner } from "./spawner.js";
import { toArguments } from "./task-arguments.js";

const POLL_MS = 1_000;
const LOST: ContainerTermination = {
  message: "The process that waited for the container was killed: how it ended is not known",
};

/** The processes of one container and the runtime directory that tells of them. */
export class ContainerProcess implements ProcessTree {
  sessionId: number | undefined;
  leaderStartTicks: number | undefined;
  readonly ended: Promise<ContainerTermination>;
  private end: (termination: ContainerTermination) => void = () => {};
  private over = false;
  private unwanted = false;
  private released = false;
  private adopted = false;
  private launching: Promise<unknown> = Promise.resolve();
  private watcher: FSWatcher | undefined;
  private poll: NodeJS.Timeout | undefined;

  constructor(
    readonly containerId: string,
    private readonly directory: string,
  ) {
    this.ended = new Promise((resolve) => {
      this.end = (termination) => {
        this.over = true;
        this.release();
        resolve(termination);
      };
    });
  }

  /** Starts the container; resolves with its first process' pid once that has been let go. */
  launch(request: LaunchRequest): Promise<number> {
    const launching = this.start(request);
    this.launching = launching.catch(() => {});
    return launching;
  }

  private async start(request: LaunchRequest): Promise<number> {
    await this.writeCommand(request);
    this.checkWanted();
    const { containerId, directory } = this;
    const { stdout, stderr } = request;
    const shim = spawner.spawn({ containerId, directory, stdout, stderr });
    const { shimPid, pid } = await shim.started.catch(async (cause: KernelError) => {
      const why =
        cause.message || (await this.read("sig")).trim() || "its first process was killed";
      throw new KernelError("CONTAINER_FAILED", `container not started: ${why}`);
    });
    this.sessionId = shimPid;
    this.leaderStartTicks = processTable.read(shimPid)?.startTicks;
    void shim.exited.then((told) => {
      if (told) return this.onShimGone();
      return this.released ? undefined : this.adopt(true);
    });
    this.checkWanted();
    await request.isolate(pid);
    this.checkWanted();
    shim.release();
    return pid;
  }

  /** Before anything runs: a directory that names a container whose agent died here is one to clean up. */
  private async writeCommand(request: LaunchRequest): Promise<void> {
    await mkdir(this.directory, { recursive: true, mode: 0o700 });
    const { workingDirectory, cgroups } = request;
    const text = toCommandFile({
      workingDirectory,
      cgroups,
      arguments: await toArguments(this.containerId, request),
    });
    await writeFile(`${this.directory}/command`, text, { mode: 0o600 });
  }

  private checkWanted(): void {
    if (!this.unwanted) return;
    throw new KernelError("CONTAINER_FAILED", "container destroyed while it was launched");
  }

  /** Takes over what an earlier agent process launched. */
  async adopt(sameBoot: boolean): Promise<void> {
    this.adopted = true;
    if (!sameBoot) return this.onShimGone();
    const shim = parseStat(await this.read("shim"));
    this.sessionId = shim?.pid;
    this.leaderStartTicks = shim?.startTicks;
    this.watcher = this.watch();
    this.poll = setInterval(() => void this.look(), POLL_MS).unref();
    await this.look();
  }

  /** Tells of an end at once; where the system has no more watches to give, the poll tells a little later. */
  private watch(): FSWatcher | undefined {
    try {
      const watcher = watch(this.directory, { persistent: false }, () => void this.look());
      return watcher.on("error", () => {});
    } catch {
      return undefined;
    }
  }

  /** Whether an adopted container has ended. */
  private async look(): Promise<void> {
    if (this.over) return;
    const shim = this.sessionId === undefined ? undefined : processTable.read(this.sessionId);
    const known = shim?.startTicks === this.leaderStartTicks;
    const alive = shim !== undefined && known && !isDead(shim);
    // The status is read after the look at the shim: it is there before the shim ends.
    const termination = await this.readTermination();
    if (termination !== undefined) this.end(termination);
    else if (!alive) this.endUnknown();
  }

  private async onShimGone(): Promise<void> {
    const termination = await this.readTermination();
    if (termination !== undefined) this.end(termination);
    else this.endUnknown();
  }

  /** Without a status: the shim was killed, be it with all the others by {@link destroy}. */
  private endUnknown(): void {
    this.end(this.unwanted ? { signal: constants.signals.SIGKILL } : LOST);
  }

  private async readTermination(): Promise<ContainerTermination | undefined> {
    return parseStatus(await this.read("status"), await this.read("sig"));
  }

  private read(file: string): Promise<string> {
    return readFile(`${this.directory}/${file}`, "latin1").catch(() => "");
  }

  /** Kills every process and removes the runtime directory. A launch under way fails. */
  async destroy(): Promise<void> {
    this.unwanted = true;
    await this.launching;
    await killTree(this);
    if (this.adopted) await this.look();
    if (this.sessionId === undefined) this.endUnknown();
    await this.ended;
    await rm(this.directory, { recursive: true, force: true });
  }

  /** Lets go of everything but the processes. */
  release(): void {
    this.released = true;
    this.watcher?.close();
    clearInterval(this.poll);
  }
}
