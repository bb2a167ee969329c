import { type ChildProcess, fork } from "node:child_process";
import { fileURLToPath } from "node:url";
import { KernelError } from "../../../core/base/kernel-error.js";
import { processTable } from "./process-table.js";
import type { ShimOrder, SpawnerReport, SpawnerRequest } from "./spawner-messages.js";

const program = fileURLToPath(new URL("./spawner-process.js", import.meta.url));

export interface StartedShim {
  readonly shimPid: number;
  /** Of the container's first process, which waits to be released. */
  readonly pid: number;
}

/** One shim on its way. */
export interface ShimLaunch {
  /** Rejects with nothing left of the container, and an empty message where the shim has written down why. */
  readonly started: Promise<StartedShim>;
  /** Resolves when the shim has ended; false where nobody will tell, for the spawner itself has ended. */
  readonly exited: Promise<boolean>;
  release(): void;
}

interface Callbacks {
  readonly onStarted: (shim: StartedShim) => void;
  readonly onFailed: (message: string) => void;
  readonly onExited: (told: boolean) => void;
}

/** Starts shims through a process of its own, which is there from the first launch until this process ends. */
export class Spawner {
  private process: ChildProcess | undefined;
  private readonly launches = new Map<number, Callbacks>();
  private launched = 0;

  spawn(order: Omit<ShimOrder, "launch">): ShimLaunch {
    const launch = ++this.launched;
    let onExited: Callbacks["onExited"] = () => {};
    const exited = new Promise<boolean>((resolve) => {
      onExited = resolve;
    });
    const started = new Promise<StartedShim>((onStarted, reject) => {
      const onFailed = (message: string): void =>
        reject(new KernelError("CONTAINER_FAILED", message));
      this.launches.set(launch, { onStarted, onFailed, onExited });
    });
    this.send({ type: "SPAWN", launch, ...order });
    return {
      started,
      exited,
      release: () => this.send({ type: "RELEASE", launch }),
    };
  }

  private send(request: SpawnerRequest): void {
    this.process ??= this.start();
    // What it no longer takes is settled when its end is noticed.
    this.process.send(request, () => {});
  }

  private start(): ChildProcess {
    // Detached: what a terminal sends to the agent is not meant for the spawner.
    const child = fork(program, {
      cwd: "/",
      detached: true,
      env: {},
      execArgv: [],
      stdio: ["ignore", "ignore", "inherit", "ipc"],
    });
    child.on("message", (report: SpawnerReport) => this.onReport(report));
    child.once("error", () => this.onEnded(child));
    child.once("exit", () => this.onEnded(child));
    child.unref();
    child.channel?.unref();
    if (child.pid !== undefined) processTable.starters.add(child.pid);
    return child;
  }

  private onReport(report: SpawnerReport): void {
    const callbacks = this.launches.get(report.launch);
    if (report.type === "STARTED") {
      callbacks?.onStarted({ shimPid: report.shimPid, pid: report.pid });
      return;
    }
    this.launches.delete(report.launch);
    if (report.type === "EXITED") callbacks?.onExited(true);
    else callbacks?.onFailed(report.message ?? "");
  }

  /** The next launch starts another; who was released is left to be watched. */
  private onEnded(child: ChildProcess): void {
    if (this.process !== child) return;
    this.process = undefined;
    if (child.pid !== undefined) processTable.starters.delete(child.pid);
    for (const { onFailed, onExited } of this.launches.values()) {
      onFailed("the spawner has ended");
      onExited(false);
    }
    this.launches.clear();
  }
}

/** The one spawner of this process, whatever the number of its agents. */
export const spawner = new Spawner();
