import { setTimeout as sleep } from "node:timers/promises";
import { messageOf } from "../../base/kernel-error.js";
import { AgentWatch } from "./agent-watch.js";
import { FileTail, sandboxFile } from "./file-tail.js";

/** Takes bytes; a promise says when it wants more. */
export type Sink = (bytes: Uint8Array) => void | Promise<void>;

const POLL_MS = 100;

/** A task's standard output and error, brought here while it runs. */
export class TaskOutput {
  private readonly tails: readonly FileTail[];
  private readonly watch: AgentWatch;
  private hasEnded = false;

  constructor(
    where: { readonly agentUrl: string; readonly frameworkId: string; readonly taskId: string },
    sinks: {
      readonly stdout: Sink;
      readonly stderr: Sink;
      readonly onNotice?: (message: string) => void;
    },
  ) {
    this.watch = new AgentWatch(sinks.onNotice);
    this.tails = (["stdout", "stderr"] as const).map((file) => {
      const path = sandboxFile(where.frameworkId, where.taskId, file);
      return new FileTail(where.agentUrl, path, sinks[file]);
    });
  }

  /** The task has ended: what there is now is all there will be. */
  end(): void {
    this.hasEnded = true;
  }

  /** Resolves when everything is here, to what went wrong when some of it could not be had. */
  async follow(): Promise<string | undefined> {
    for (;;) {
      const last = this.hasEnded;
      // Before the container exists there is no file yet.
      const failures = await Promise.all(this.tails.map(tryDrain));
      const failure = failures.find((one) => one !== undefined);
      if (last) return failure === undefined ? undefined : messageOf(failure);
      this.watch.heard(failure);
      await sleep(POLL_MS);
    }
  }
}

/** Resolves to what was thrown, if anything was. */
function tryDrain(tail: FileTail): Promise<unknown> {
  return tail.drain().catch((failure: unknown) => failure);
}
