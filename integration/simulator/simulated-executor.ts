import { type Random, uuidBytes } from "../../core/base/random.js";
import { toBase64 } from "../../core/protocol/base64.js";
import type { executor, v1 } from "../../core/protocol/v1.js";
import type { AgentProcess } from "./agent-process.js";
import { between, chance } from "./chance.js";
import { Endpoint } from "./network/endpoint.js";
import { isOver } from "./scheduler/job-ledger.js";
import type { SimulatedContainer } from "./simulated-containerizer.js";
import { parseTaskScript } from "./task-script.js";
import type { Appointment } from "./virtual-clock.js";
import type { StreamPart } from "./wire.js";
import type { World } from "./world.js";

/** What an executor needs of the machine it runs on. */
export interface ExecutorHost {
  readonly agent: AgentProcess;
  /** Told whenever one of its tasks begins or ceases to run. */
  onTask(taskId: string, runs: boolean): void;
  exit(): void;
}

interface RunningTask {
  readonly info: v1.TaskInfo;
  end: Appointment | undefined;
  state: v1.TaskState;
}

const IDLE_MS = 30_000;
const RECONNECT_MS = 1_000;
const MAX_EXIT_MS = 500;
/** How likely it loses its stream with an event. */
const STREAM_LOSS = 0.02;

type Stream = Endpoint<StreamPart<executor.Event>, executor.Call>;

/** A custom executor in its container: subscribes with its agent, runs what it is given, and subscribes again. */
export class SimulatedExecutor {
  private readonly random: Random;
  private readonly tasks = new Map<string, RunningTask>();
  /** By uuid, in the order in which they were made. */
  private readonly unacknowledged = new Map<string, executor.Call.Update>();
  private readonly unacknowledgedTasks = new Map<string, v1.TaskInfo>();
  private stream: Stream | undefined;
  private subscribed = false;
  private stopped = false;

  constructor(
    private readonly world: World,
    private readonly container: SimulatedContainer,
    private readonly host: ExecutorHost,
  ) {
    this.random = world.randomOf(container.id);
    this.connect();
  }

  /** Its container has ended. */
  stop(): void {
    this.stopped = true;
    this.stream?.close();
    for (const [taskId, task] of this.tasks) {
      task.end?.dispose();
      if (!isOver(task.state)) this.host.onTask(taskId, false);
    }
  }

  private connect(): void {
    if (this.stopped) return;
    const { agent } = this.host;
    const stream: Stream = Endpoint.dial({
      network: this.world.network,
      from: agent.name,
      to: agent.name,
      handlers: {
        onMessage: (part) => this.onPart(stream, part),
        onClose: () => this.onClosed(stream),
      },
      listen: (far) => agent.acceptExecutor(far),
    });
    this.stream = stream;
    this.subscribed = false;
    this.note(() => `SUBSCRIBE [${[...this.unacknowledgedTasks.keys()].join(", ")}]`, "to agent");
    stream.send(this.world.codec.executorCall(this.subscribeCall()));
  }

  private onPart(stream: Stream, part: StreamPart<executor.Event>): void {
    if (this.stream !== stream || this.stopped) return;
    if (part.type === "OPENED") return;
    if (part.type === "REFUSED") return this.onClosed(stream);
    this.onEvent(part.event);
    if (!chance(this.random, STREAM_LOSS) || this.stream !== stream) return;
    stream.close();
    this.onClosed(stream);
  }

  /** Without checkpointing an executor ends with its agent; otherwise it waits for the next one. */
  private onClosed(stream: Stream): void {
    if (this.stream !== stream || this.stopped) return;
    this.stream = undefined;
    this.subscribed = false;
    if (this.container.config.frameworkInfo.checkpoint === true || this.host.agent.alive)
      this.world.clock.schedule(between(this.random, 1, RECONNECT_MS), () => this.connect());
    else this.exitSoon();
  }

  private onEvent(event: executor.Event): void {
    const { type, launch, launch_group, kill, acknowledged } = event;
    if (type !== "HEARTBEAT") this.note(() => `-> ${this.name} ${describe(event)}`, "from agent");
    if (type === "SUBSCRIBED") this.onSubscribed();
    if (type === "SHUTDOWN") return this.shutDown();
    if (launch !== undefined) this.launch(launch.task);
    for (const task of launch_group?.task_group.tasks ?? []) this.launch(task);
    if (kill !== undefined) this.kill(kill.task_id.value);
    if (acknowledged !== undefined) this.onAcknowledged(acknowledged);
  }

  /** A launch may have been lost with an earlier stream: nobody else would end it then. */
  private onSubscribed(): void {
    this.subscribed = true;
    this.world.clock.schedule(IDLE_MS, () => this.exitIfIdle());
  }

  private launch(info: v1.TaskInfo): void {
    const taskId = info.task_id.value;
    if (this.tasks.has(taskId)) return;
    const script = parseTaskScript(info.labels?.labels?.[0]?.value ?? "");
    const task: RunningTask = { info, end: undefined, state: "TASK_STAGING" };
    this.tasks.set(taskId, task);
    this.unacknowledgedTasks.set(taskId, info);
    if (script.failsToLaunch) return this.update(task, "TASK_FAILED");
    this.host.onTask(taskId, true);
    this.update(task, "TASK_STARTING");
    this.update(task, "TASK_RUNNING");
    if (script.runMs === undefined) return;
    task.end = this.world.clock.schedule(script.runMs, () =>
      this.end(task, script.exitCode === 0 ? "TASK_FINISHED" : "TASK_FAILED"),
    );
  }

  private kill(taskId: string): void {
    const task = this.tasks.get(taskId);
    if (task !== undefined && !isOver(task.state)) this.end(task, "TASK_KILLED");
  }

  private end(task: RunningTask, state: v1.TaskState): void {
    task.end?.dispose();
    this.host.onTask(task.info.task_id.value, false);
    this.update(task, state);
  }

  private shutDown(): void {
    for (const taskId of this.tasks.keys()) this.kill(taskId);
    this.exitSoon();
  }

  private exitSoon(): void {
    this.world.clock.schedule(between(this.random, 0, MAX_EXIT_MS), () => {
      if (!this.stopped) this.host.exit();
    });
  }

  private update(task: RunningTask, state: v1.TaskState): void {
    const { config } = this.container;
    const uuid = toBase64(uuidBytes(this.random));
    task.state = state;
    const status: v1.TaskStatus = {
      task_id: task.info.task_id,
      state,
      source: "SOURCE_EXECUTOR",
      executor_id: config.executorInfo.executor_id,
      timestamp: this.world.clock.now() / 1000,
      uuid,
    };
    const update = { status };
    this.unacknowledged.set(uuid, update);
    if (!this.subscribed) return;
    this.note(() => `UPDATE ${task.info.task_id.value} ${state}`, "to agent");
    const call: executor.Call = { ...this.envelope(), type: "UPDATE", update };
    this.world.clock.schedule(0, () => {
      if (!this.stopped) this.host.agent.serveExecutor(this.world.codec.executorCall(call));
    });
  }

  /** An executor that has nothing left to run, and nothing left to tell, ends. */
  private onAcknowledged({ task_id, uuid }: executor.Event.Acknowledged): void {
    this.unacknowledged.delete(uuid);
    this.unacknowledgedTasks.delete(task_id.value);
    this.exitIfIdle();
  }

  private exitIfIdle(): void {
    const isIdle = [...this.tasks.values()].every(({ state }) => isOver(state));
    if (isIdle && this.unacknowledged.size === 0) this.exitSoon();
  }

  private get name(): string {
    return this.container.config.executorInfo.executor_id.value;
  }

  private note(what: () => string, direction: "to agent" | "from agent"): void {
    const agent = this.host.agent.name;
    this.world.transcript.note(() =>
      direction === "to agent" ? `${this.name} -> ${agent} ${what()}` : `${agent} ${what()}`,
    );
  }

  private envelope() {
    const { executorInfo, frameworkInfo } = this.container.config;
    return {
      executor_id: executorInfo.executor_id,
      framework_id: frameworkInfo.id ?? { value: "" },
    };
  }

  private subscribeCall(): executor.Call {
    return {
      ...this.envelope(),
      type: "SUBSCRIBE",
      subscribe: {
        unacknowledged_tasks: [...this.unacknowledgedTasks.values()],
        unacknowledged_updates: [...this.unacknowledged.values()],
      },
    };
  }
}

function describe({ type, launch, kill, acknowledged }: executor.Event): string {
  const taskId = (launch?.task ?? kill ?? acknowledged)?.task_id.value;
  return taskId === undefined ? (type ?? "") : `${type} ${taskId}`;
}
