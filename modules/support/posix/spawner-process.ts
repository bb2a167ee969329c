import { spawn } from "node:child_process";
import { constants } from "node:fs";
import { type FileHandle, open } from "node:fs/promises";
import type { Socket } from "node:net";
import { messageOf } from "../../../core/base/kernel-error.js";
import { containerMarker } from "./process-snapshot.js";
import { shimPath, shimScript } from "./shim.js";
import type { ShimOrder, SpawnerReport, SpawnerRequest } from "./spawner-messages.js";

/**
 * The spawner, a process beside the agent: starts shims and tells how they fare. To start a process means to copy the
 * starter's page tables; that takes a small process a fraction of what it takes the agent, and holds nobody else.
 */

/** Shims on their way to their first report. More at a time get none of them there sooner. */
const STARTING_MAX = 16;

const waiting: ShimOrder[] = [];
const handshakes = new Map<number, Socket>();
let starting = 0;

function report(message: SpawnerReport): void {
  process.send?.(message);
}

function startWaiting(): void {
  while (starting < STARTING_MAX) {
    const order = waiting.shift();
    if (order === undefined) return;
    starting++;
    void start(order).then((first) => {
      starting--;
      report(first);
      startWaiting();
    });
  }
}

/** @returns what the agent is told first. */
async function start(order: ShimOrder): Promise<SpawnerReport> {
  const { launch } = order;
  const files: FileHandle[] = [];
  try {
    files.push(await openOutput(order.stdout), await openOutput(order.stderr));
    return await spawnShim(order, files);
  } catch (error) {
    return { type: "FAILED", launch, message: messageOf(error) };
  } finally {
    await Promise.all(files.map((file) => file.close()));
  }
}

/** The sandbox is the user's: a link there must not make the agent write elsewhere. */
function openOutput(path: string): Promise<FileHandle> {
  const { O_APPEND, O_CREAT, O_NOFOLLOW, O_WRONLY } = constants;
  return open(path, O_WRONLY | O_APPEND | O_CREAT | O_NOFOLLOW, 0o644);
}

function spawnShim(order: ShimOrder, files: readonly FileHandle[]): Promise<SpawnerReport> {
  const { launch, directory, containerId } = order;
  const shim = spawn("/bin/sh", ["-c", shimScript, "dasmos-shim", directory], {
    cwd: "/",
    detached: true,
    env: { PATH: shimPath, [containerMarker]: containerId },
    stdio: ["ignore", ...files.map((file) => file.fd), "pipe"],
  });
  const handshake = shim.stdio[3] as Socket;
  handshakes.set(launch, handshake);
  // A shim or child that was killed has closed its end; "exit" tells of that.
  handshake.on("error", () => {});
  return new Promise((resolve) => {
    const failed = (message?: string): void => {
      forget(launch);
      resolve({ type: "FAILED", launch, ...(message === undefined ? {} : { message }) });
    };
    shim.once("error", (error) => failed(`cannot start /bin/sh: ${error.message}`));
    shim.once("exit", () => failed());
    let text = "";
    handshake.on("data", (bytes) => {
      text += bytes.toString("latin1");
      if (!text.endsWith("\n")) return;
      shim.removeAllListeners("exit");
      shim.once("exit", () => {
        forget(launch);
        report({ type: "EXITED", launch });
      });
      resolve({ type: "STARTED", launch, shimPid: shim.pid as number, pid: Number(text) });
    });
  });
}

function forget(launch: number): void {
  handshakes.get(launch)?.destroy();
  handshakes.delete(launch);
}

function onRequest(request: SpawnerRequest): void {
  switch (request.type) {
    case "SPAWN":
      waiting.push(request);
      startWaiting();
      return;
    case "RELEASE":
      handshakes.get(request.launch)?.end("go\n", () => forget(request.launch));
      return;
  }
}

process.title = "dasmos-spawner";
process.on("message", onRequest);
// With the agent gone, who has not been released must not run; their end of file comes with this process' end.
process.on("disconnect", () => process.exit(0));
