import type { ContainerId, TaskId } from "../../core/base/ids.js";
import type { ContainerConfig, ContainerTermination } from "../../core/contracts/container.js";
import { between } from "./chance.js";
import { parseTaskScript, type TaskScript } from "./task-script.js";
import type { Appointment } from "./virtual-clock.js";
import type { World } from "./world.js";

/** What an agent process hears of its containers. */
export interface ContainerListener {
  onLaunched(containerId: ContainerId, pid: number): void;
  onFailed(containerId: ContainerId, message: string): void;
  onExited(containerId: ContainerId, termination: ContainerTermination): void;
}

/** A container as the outside sees it, whatever any agent believes. */
export interface SimulatedContainer {
  readonly id: ContainerId;
  readonly config: ContainerConfig;
  readonly pid: number;
  readonly script: TaskScript;
  phase: "LAUNCHING" | "RUNNING";
  next: Appointment | undefined;
  /** What runs in it, where that is not a task's command. */
  executor: { stop(): void } | undefined;
}

const SIGKILL = 9;
const MAX_LAUNCH_MS = 500;
const MAX_EXIT_MS = 50;

/**
 * The containers of one agent's machine, as the `Containerizer` contract has it, with callbacks for promises. They
 * outlive the agent's process; nobody hears of what ends while it is away, and `recover` then tells so.
 */
export class SimulatedContainerizer {
  readonly containers = new Map<ContainerId, SimulatedContainer>();
  /** Told whenever a task begins or ceases to run in a container. */
  onTask: (taskId: TaskId, containerId: ContainerId, runs: boolean) => void = () => {};
  /** Starts the executor of a container that has just begun to run. */
  startExecutor: (container: SimulatedContainer) => { stop(): void } = () => ({ stop: () => {} });
  private listener: ContainerListener | undefined;
  private nextPid = 1000;

  constructor(private readonly world: World) {}

  /** Destroys what is not `known` and reports what has ended unseen, its status unknown. */
  recover(known: ReadonlySet<ContainerId>, listener: ContainerListener): void {
    for (const container of this.containers.values())
      if (!known.has(container.id)) this.end(container, { signal: SIGKILL });
    this.listener = listener;
    for (const id of known) if (!this.containers.has(id)) this.report((to) => to.onExited(id, {}));
  }

  /** The agent's process has ended. What is being launched is not told from what runs. */
  detach(): void {
    this.listener = undefined;
  }

  launch(id: ContainerId, config: ContainerConfig): void {
    const { clock, random } = this.world;
    const script = parseTaskScript(config.command.value ?? "");
    const pid = this.nextPid++;
    const container: SimulatedContainer = {
      id,
      config,
      pid,
      script,
      phase: "LAUNCHING",
      next: undefined,
      executor: undefined,
    };
    this.containers.set(id, container);
    container.next = clock.schedule(between(random, 1, MAX_LAUNCH_MS), () => {
      if (script.failsToLaunch) {
        this.containers.delete(id);
        this.report((to) => to.onFailed(id, "the container was told to fail"));
      } else this.begin(container);
    });
  }

  kill(id: ContainerId, signal: number): void {
    const container = this.containers.get(id);
    if (container?.phase !== "RUNNING") return;
    if (signal === SIGKILL || !container.script.stubborn) this.endSoon(container, { signal });
  }

  destroy(id: ContainerId): void {
    const container = this.containers.get(id);
    if (container === undefined) return;
    if (container.phase === "RUNNING") this.endSoon(container, { signal: SIGKILL });
    else {
      container.next?.dispose();
      this.containers.delete(id);
      this.report((to) => to.onFailed(id, "destroyed while it was launched"));
    }
  }

  /** The machine loses its power: nothing runs any more. */
  powerOff(): void {
    for (const container of this.containers.values()) {
      container.next?.dispose();
      this.cease(container);
    }
    this.containers.clear();
    this.detach();
  }

  /** A container ends by itself, for instance an executor that has nothing left to do. */
  exit(id: ContainerId, exitCode: number): void {
    const container = this.containers.get(id);
    if (container !== undefined) this.end(container, { exitCode });
  }

  private begin(container: SimulatedContainer): void {
    const { runMs, exitCode } = container.script;
    const { taskInfo } = container.config;
    container.phase = "RUNNING";
    container.next = undefined;
    this.report((to) => to.onLaunched(container.id, container.pid));
    if (taskInfo === undefined) {
      container.executor = this.startExecutor(container);
      return;
    }
    this.onTask(taskInfo.task_id.value, container.id, true);
    if (runMs !== undefined)
      container.next = this.world.clock.schedule(runMs, () => this.end(container, { exitCode }));
  }

  private cease({ id, phase, config, executor }: SimulatedContainer): void {
    if (phase !== "RUNNING") return;
    if (config.taskInfo === undefined) executor?.stop();
    else this.onTask(config.taskInfo.task_id.value, id, false);
  }

  private endSoon(container: SimulatedContainer, termination: ContainerTermination): void {
    container.next?.dispose();
    container.next = this.world.clock.schedule(between(this.world.random, 0, MAX_EXIT_MS), () =>
      this.end(container, termination),
    );
  }

  private end(container: SimulatedContainer, termination: ContainerTermination): void {
    container.next?.dispose();
    if (!this.containers.delete(container.id)) return;
    this.cease(container);
    this.report((to) => to.onExited(container.id, termination));
  }

  /** Never from within a call of the agent's. */
  private report(tell: (listener: ContainerListener) => void): void {
    const { listener } = this;
    if (listener === undefined) return;
    this.world.clock.schedule(0, () => {
      if (this.listener === listener) tell(listener);
    });
  }
}
