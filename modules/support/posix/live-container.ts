import { KernelError } from "../../../core/base/kernel-error.js";
import type {
  ContainerLimitation,
  ContainerTermination,
} from "../../../core/contracts/container.js";
import type { v1 } from "../../../core/protocol/v1.js";
import type { Resources } from "../../../core/resources/resources.js";

export type ContainerPhase = "STARTING" | "PREPARING" | "ISOLATING" | "RUNNING" | "DESTROYING";

const LOST: ContainerTermination = {
  message: "Nothing is left of the container: how it ended is not known",
};

/** A container from its launch until it is cleaned up: the phase it is in, and why it ends. */
export class LiveContainer {
  pid: number | undefined;
  readonly terminated: Promise<ContainerTermination>;
  /** Resolves where the termination is known and nothing of the container is left. */
  terminate: (termination: ContainerTermination) => void = () => {};
  /** Settled, never rejected, when no step of the launch is under way. */
  launching: Promise<unknown> = Promise.resolve();
  private updating: Promise<unknown> = Promise.resolve();
  private phase: ContainerPhase = "STARTING";
  private destroying: Promise<void> | undefined;
  private cause: Partial<ContainerTermination> | undefined;

  constructor(public resources?: Resources) {
    this.terminated = new Promise((resolve) => {
      this.terminate = resolve;
    });
  }

  launch(start: () => Promise<number>): Promise<number> {
    const launching = start();
    this.launching = launching.catch(() => {});
    return launching;
  }

  /** @throws KernelError where the container is being destroyed: the launch ends here. */
  enter(phase: ContainerPhase): void {
    if (this.phase === "DESTROYING") {
      throw new KernelError("CONTAINER_FAILED", "container destroyed while it was launched");
    }
    this.phase = phase;
  }

  /** Makes changes one after the other. What fails while the container ends is of no interest any more. */
  async update(change: () => Promise<unknown>): Promise<void> {
    const updated = this.updating.then(change);
    this.updating = updated.catch(() => {});
    try {
      await updated;
    } catch (cause) {
      if (this.phase !== "DESTROYING") throw cause;
    }
  }

  /** Ends the container once, however often it is asked for meanwhile. */
  destroy(end: () => Promise<void>): Promise<void> {
    this.phase = "DESTROYING";
    this.destroying ??= end().finally(() => {
      this.destroying = undefined;
    });
    return this.destroying;
  }

  limit({ reason, message, resources }: ContainerLimitation): void {
    this.cause ??= { state: "TASK_FAILED", reason, message, limitedResources: resources };
  }

  /** The launch, or what watches over the container, failed. One that was destroyed in its launch has not failed. */
  fail(message: string, reason?: v1.TaskStatus.Reason): void {
    if (this.phase === "DESTROYING") this.cause ??= { message };
    else this.cause ??= { state: "TASK_FAILED", message, ...(reason ? { reason } : {}) };
  }

  /** What ended the container first is what is told of it. */
  terminationOf(exit: ContainerTermination | undefined): ContainerTermination {
    if (exit) return { ...exit, ...this.cause };
    return this.cause ?? LOST;
  }
}
