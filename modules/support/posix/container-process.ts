import { type FSWatcher, watch } from "node:fs";
import { mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { KernelError } from "../../../core/base/kernel-error.js";
import type { ContainerTermination } from "../../../core/contracts/container.js";
import type { LaunchRequest } from "../../../core/contracts/launcher.js";
import { killTree } from "./kill-tree.js";
import { type ProcessEntry, type ProcessTree, parseStat } from "./process-snapshot.js";
import { processTable } from "./process-table.js";
import { parseStatus, toCommandFile } from "./shim.js";
import { type ShimLaunch, spawner } from "./spawner.js";
import { toArguments } from "./task-arguments.js";

const POLL_MS = 1_000;
const LOST: ContainerTermination = {
  message: "The process that waited for the container was killed: how it ended is not known",
};

/** The processes of one container and the runtime directory that tells of them. */
export class ContainerProcess implements ProcessTree {
  sessionId: number | undefined;
  readonly ended: Promise<ContainerTermination>;
  private end: (termination: ContainerTermination) => void = () => {};
  private over = false;
  private unwanted = false;
  private released = false;
  private startTicks: number | undefined;
  private shim: ShimLaunch | undefined;
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

  isLeader(entry: ProcessEntry): boolean {
    if (this.startTicks !== undefined) return entry.startTicks === this.startTicks;
    return !this.over;
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
    this.shim = shim;
    const { shimPid, pid } = await shim.started.catch(async (cause: KernelError) => {
      const why =
        cause.message || (await this.read("sig")).trim() || "its first process was killed";
      throw new KernelError("CONTAINER_FAILED", `container not started: ${why}`);
    });
    this.sessionId = shimPid;
    void shim.exited.then((told) => {
      if (told) return this.onShimGone();
      return this.released ? undefined : this.adopt(true);
    });
    await request.isolate(pid);
    this.checkWanted();
    shim.release();
    this.shim = undefined;
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
    const shim = parseStat(await this.read("shim"));
    this.startTicks = shim?.startTicks ?? 0;
    if (!sameBoot) return this.onShimGone();
    this.sessionId = shim?.pid;
    this.watcher = watch(this.directory, { persistent: false }, () => void this.look());
    this.watcher.on("error", () => {});
    this.poll = setInterval(() => void this.look(), POLL_MS).unref();
    await this.look();
  }

  /** Whether an adopted container has ended. */
  private async look(): Promise<void> {
    if (this.over) return;
    const shim = this.sessionId === undefined ? undefined : processTable.read(this.sessionId);
    const alive = shim !== undefined && this.isLeader(shim) && shim.state !== "Z";
    // The status is read after the look at the shim: it is there before the shim ends.
    const termination = await this.readTermination();
    if (termination !== undefined) this.end(termination);
    else if (!alive) this.end(LOST);
  }

  private async onShimGone(): Promise<void> {
    this.end((await this.readTermination()) ?? LOST);
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
    this.shim?.abandon();
    await this.launching;
    await killTree(this);
    if (this.startTicks !== undefined) await this.look();
    if (this.sessionId === undefined) this.end(LOST);
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
