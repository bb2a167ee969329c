import { SchedulerClient } from "../../core/client/scheduler-client.js";
import { HttpSchedulerTransport } from "../../core/node/client/http-scheduler-transport.js";
import { SystemClock } from "../../core/node/system-clock.js";
import { systemRandom } from "../../core/node/system-random.js";
import { isTerminalState } from "../../core/protocol/task-state.js";
import type { scheduler, v1 } from "../../core/protocol/v1.js";
import { Resources } from "../../core/resources/resources.js";
import { eventually } from "../contracts/processes.js";

export interface TestSchedulerOptions {
  readonly master: string;
  readonly encoding?: "application/json" | "application/x-protobuf";
  readonly frameworkInfo?: Partial<v1.FrameworkInfo>;
  /** Whether updates are acknowledged; they are. */
  readonly acknowledge?: boolean;
  /** How many tasks it runs on one offer at most. */
  readonly tasksPerOffer?: number;
  readonly onUpdate?: (status: v1.TaskStatus) => void;
}

/** What to do with an offer; undefined: something else may be done with it. */
export type Choice = (offer: v1.Offer) => readonly v1.Offer.Operation[] | undefined;

/** How long tasks may take to come to their ends, on a machine that is busy. */
const TASKS_MS = 30_000;

/** A task to run as soon as an offer has room for it. */
export interface TestTask {
  readonly taskId: string;
  readonly command: string;
  /** Runs the command as an executor of its own, which then has to do the rest. */
  readonly executor?: { readonly executorId: string; readonly resources: Resources };
  readonly resources: Resources;
}

/**
 * A scheduler that runs tasks wherever they fit, keeps what it hears, and subscribes again by itself. A launch
 * that may not have reached the master is not repeated: `reconcile` tells.
 */
export class TestScheduler {
  readonly client: SchedulerClient;
  readonly updates: v1.TaskStatus[] = [];
  readonly operationUpdates: v1.OperationStatus[] = [];
  readonly messages: scheduler.Event.Message[] = [];
  readonly errors: string[] = [];
  /** What was offered last and not used. */
  offered: readonly v1.Offer[] = [];
  subscriptions = 0;
  disconnections = 0;
  private readonly launched = new Map<string, v1.AgentID>();
  private readonly clock = new SystemClock();
  private readonly transport: HttpSchedulerTransport;
  private pending: readonly TestTask[] = [];
  private readonly wishes = new Set<{ readonly choose: Choice; readonly done: () => void }>();

  constructor(private readonly options: TestSchedulerOptions) {
    this.transport = new HttpSchedulerTransport(options);
    this.client = new SchedulerClient({
      transport: this.transport,
      clock: this.clock,
      random: systemRandom,
      frameworkInfo: {
        user: "root",
        name: "test-scheduler",
        failover_timeout: 60,
        ...options.frameworkInfo,
      },
      onEvent: (event) => void this.onEvent(event).catch((error: unknown) => this.onLost(error)),
      onDisconnected: () => void this.disconnections++,
      onError: (message) => void this.errors.push(message),
    });
  }

  /** Resolves once it is subscribed. */
  static async start(options: TestSchedulerOptions): Promise<TestScheduler> {
    const scheduler = new TestScheduler(options);
    scheduler.client.start();
    await eventually("the scheduler is subscribed", async () => scheduler.frameworkId);
    return scheduler;
  }

  get frameworkId(): string | undefined {
    return this.client.frameworkId;
  }

  /** Runs the tasks as offers come. */
  run(tasks: readonly TestTask[]): void {
    this.pending = [...this.pending, ...tasks];
  }

  /** Whether every task has been launched and has ended. */
  get isIdle(): boolean {
    return this.pending.length === 0 && this.openTasks().length === 0;
  }

  /** Resolves once operations were sent for the first offer that `choose` has some for. */
  async accept(choose: Choice): Promise<void> {
    await new Promise<void>((done) => this.wishes.add({ choose, done }));
  }

  /** The states each task went through, without repetition. */
  states(): ReadonlyMap<string, readonly v1.TaskState[]> {
    const states = new Map<string, v1.TaskState[]>();
    for (const { task_id, state } of this.updates) {
      const seen = states.get(task_id.value) ?? [];
      if (!seen.includes(state)) seen.push(state);
      states.set(task_id.value, seen);
    }
    return states;
  }

  /** Resolves to the states each task went through, once all of these have ended. */
  async ended(taskIds: readonly string[]): Promise<ReadonlyMap<string, readonly v1.TaskState[]>> {
    const ended = async () => {
      const states = this.states();
      return taskIds.every((id) => states.get(id)?.some(isTerminalState)) ? states : undefined;
    };
    return eventually("the tasks have ended", ended, TASKS_MS);
  }

  /** Asks the master for each task that was launched and has not ended; what it does not know is lost. */
  async reconcile(): Promise<void> {
    await this.client.reconcile(
      this.openTasks().map(([id, agentId]) => ({ task_id: { value: id }, agent_id: agentId })),
    );
  }

  private openTasks(): readonly (readonly [string, v1.AgentID])[] {
    const states = this.states();
    return [...this.launched].filter(([id]) => !states.get(id)?.some(isTerminalState));
  }

  private async onEvent(event: scheduler.Event): Promise<void> {
    if (event.type === "SUBSCRIBED") {
      this.subscriptions++;
      this.offered = [];
    }
    for (const offer of event.offers?.offers ?? []) await this.onOffer(offer);
    if (event.message !== undefined) this.messages.push(event.message);
    if (event.update !== undefined) await this.onUpdate(event.update.status);
    if (event.update_operation_status !== undefined)
      await this.onOperation(event.update_operation_status.status);
  }

  private async onOffer(offer: v1.Offer): Promise<void> {
    for (const wish of this.wishes) {
      const operations = wish.choose(offer);
      if (operations === undefined) continue;
      this.wishes.delete(wish);
      await this.client.accept([offer.id], operations, { refuse_seconds: 0 });
      wish.done();
      return;
    }
    let left = Resources.fromWire(offer.resources).unallocate();
    const waiting: TestTask[] = [];
    const taskInfos: v1.TaskInfo[] = [];
    for (const task of this.pending) {
      const { tasksPerOffer = Number.POSITIVE_INFINITY } = this.options;
      const wanted = task.resources.plus(task.executor?.resources ?? Resources.empty);
      const rest = taskInfos.length < tasksPerOffer ? left.subtract(wanted) : undefined;
      if (rest === undefined) {
        waiting.push(task);
        continue;
      }
      left = rest;
      taskInfos.push(toTaskInfo(task, offer.agent_id));
      this.launched.set(task.taskId, offer.agent_id);
    }
    this.pending = waiting;
    this.offered = [offer];
    const filters = { refuse_seconds: 0 };
    const operation = { type: "LAUNCH", launch: { task_infos: taskInfos } } as const;
    if (taskInfos.length === 0) await this.client.decline([offer.id], filters);
    else await this.client.accept([offer.id], [operation], filters);
  }

  private async onUpdate(status: v1.TaskStatus): Promise<void> {
    this.updates.push(status);
    this.options.onUpdate?.(status);
    if (this.options.acknowledge !== false) await this.client.acknowledge(status);
  }

  private async onOperation(status: v1.OperationStatus): Promise<void> {
    this.operationUpdates.push(status);
    const { operation_id, agent_id, uuid } = status;
    if (operation_id === undefined || uuid === undefined) return;
    const acknowledged = { operation_id, ...(agent_id && { agent_id }), uuid: uuid.value };
    await this.client.call({
      type: "ACKNOWLEDGE_OPERATION_STATUS",
      acknowledge_operation_status: acknowledged,
    });
  }

  /** A master that goes away takes calls with it; the client subscribes again. */
  private onLost(error: unknown): void {
    if (!(error instanceof Error && error.name === "CallError")) throw error;
  }

  /** Goes away without a word, as a process that is killed does. */
  dispose(): void {
    this.client.stop();
    this.transport.dispose();
    this.clock.dispose();
  }
}

function toTaskInfo(task: TestTask, agentId: v1.AgentID): v1.TaskInfo {
  const { taskId, command, resources, executor } = task;
  return {
    name: taskId,
    task_id: { value: taskId },
    agent_id: agentId,
    resources: resources.toWire(),
    ...(executor === undefined
      ? { command: { value: command } }
      : {
          executor: {
            executor_id: { value: executor.executorId },
            command: { value: command },
            resources: executor.resources.toWire(),
          },
        }),
  };
}
