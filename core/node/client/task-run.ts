import { randomUUID } from "node:crypto";
import { userInfo } from "node:os";
import { hostPort } from "../../base/host-port.js";
import { KernelError } from "../../base/kernel-error.js";
import { SchedulerClient } from "../../client/scheduler-client.js";
import { CallError } from "../../client/scheduler-transport.js";
import { isTerminalState } from "../../protocol/task-state.js";
import type { scheduler, v1 } from "../../protocol/v1.js";
import { SystemClock } from "../system-clock.js";
import { systemRandom } from "../system-random.js";
import { HttpSchedulerTransport } from "./http-scheduler-transport.js";
import { Repetition } from "./repetition.js";
import { type Sink, TaskOutput } from "./task-output.js";

export interface TaskRunOptions {
  readonly master: string;
  /** One word is a shell command; several are a program and its arguments. */
  readonly command: readonly string[];
  readonly name: string;
  readonly cpus: number;
  /** In MiB. */
  readonly memory: number;
  readonly environment: Readonly<Record<string, string>>;
  readonly stdout: Sink;
  readonly stderr: Sink;
  /** Hears what a user who waits should know. */
  readonly onNotice?: (message: string) => void;
}

/** Where a task ran and how it ended. */
export interface TaskEnd {
  readonly status: v1.TaskStatus;
  readonly frameworkId: string;
  readonly agentUrl: string | undefined;
}

/** So long after the master is lost the task goes on; then its framework counts as gone. */
const FAILOVER_TIMEOUT_SECONDS = 60;
const WAITING_NOTICE_MS = 3000;
/** A kill is lost without a word when the master does not know the task's agent yet, so it is asked for again. */
const KILL_RETRY_MS = 1000;
/** An agent that comes back without the task is no news to the master: it has to be asked. */
const UNREACHABLE_RETRY_MS = 5000;
/** So long a reconciled end waits for the update itself, which an agent repeats and which alone tells the exit code. */
const UPDATE_GRACE_MS = 30_000;
const ENDS_OF_PROCESSES: ReadonlySet<v1.TaskState> = new Set<v1.TaskState>([
  "TASK_FINISHED",
  "TASK_FAILED",
  "TASK_KILLED",
]);

/** Runs one command as a task of its own framework, from subscription to teardown, and brings its output here. */
export class TaskRun {
  private readonly clock = new SystemClock();
  private readonly transport: HttpSchedulerTransport;
  private readonly client: SchedulerClient;
  private readonly taskId = { value: randomUUID() };
  private readonly kills = new Repetition(this.clock, KILL_RETRY_MS, () => this.askToKill());
  private readonly questions = new Repetition(this.clock, UNREACHABLE_RETRY_MS, () => {
    this.reconcile().catch(() => {});
  });
  private agentId: v1.AgentID | undefined;
  private agentUrl: string | undefined;
  private output:
    | { readonly streams: TaskOutput; readonly here: Promise<string | undefined> }
    | undefined;
  private launched = false;
  private ran = false;
  private unreachable = false;
  private killed = false;
  private subscribedOnce = false;
  private hasEnded = false;
  private settle: (status: v1.TaskStatus) => void = () => {};
  private fail: (error: Error) => void = () => {};
  private readonly ended = new Promise<v1.TaskStatus>((resolve, reject) => {
    this.settle = resolve;
    this.fail = reject;
  });

  constructor(private readonly options: TaskRunOptions) {
    this.transport = new HttpSchedulerTransport({ master: options.master });
    this.client = new SchedulerClient({
      transport: this.transport,
      clock: this.clock,
      random: systemRandom,
      frameworkInfo: {
        user: userName(),
        name: `dasmos run ${options.name}`,
        failover_timeout: FAILOVER_TIMEOUT_SECONDS,
        capabilities: [{ type: "PARTITION_AWARE" }],
      },
      onEvent: (event) => void this.onEvent(event).catch((error: Error) => this.onFailure(error)),
      onDisconnected: (reason) => this.onDisconnected(reason),
      onError: (message) => this.abandon(`the master has ended the framework: ${message}`),
    });
  }

  /**
   * Resolves when the task has ended, its output is here and its framework is gone.
   * @throws KernelError TRANSPORT_FAILED when there is no master, or it was abandoned.
   */
  async run(): Promise<TaskEnd> {
    const notice = this.clock.schedule(WAITING_NOTICE_MS, () => this.noticeWaiting());
    try {
      this.client.start();
      const status = await this.ended;
      this.markEnded();
      await this.finishOutput();
      return { status, frameworkId: this.client.frameworkId ?? "", agentUrl: this.agentUrl };
    } finally {
      this.markEnded();
      this.output?.streams.end();
      notice.dispose();
      await this.client.teardown().catch(() => {});
      this.client.stop();
      this.transport.dispose();
      this.clock.dispose();
    }
  }

  private markEnded(): void {
    this.hasEnded = true;
    this.kills.stop();
    this.questions.stop();
  }

  /** Asks for the end of the task, until `run` resolves with it. */
  kill(): void {
    if (this.killed || this.hasEnded) return;
    this.killed = true;
    if (this.launched) {
      this.askToKill();
      this.kills.start();
    } else this.settle({ task_id: this.taskId, state: "TASK_KILLED", message: "never launched" });
  }

  private askToKill(): void {
    this.client.kill(this.taskId, this.agentId).catch(() => {});
  }

  /** Gives the task up: `run` tears its framework down, if it can, and throws. */
  abandon(why: string): void {
    this.fail(new KernelError("TRANSPORT_FAILED", why));
  }

  private async onEvent(event: scheduler.Event): Promise<void> {
    if (event.type === "SUBSCRIBED") await this.onSubscribed();
    for (const offer of event.offers?.offers ?? []) await this.onOffer(offer);
    if (event.update !== undefined) await this.onUpdate(event.update.status);
  }

  /** What was asked for while the master was away may have been lost. */
  private async onSubscribed(): Promise<void> {
    this.subscribedOnce = true;
    if (this.launched) await this.reconcile();
  }

  private async reconcile(): Promise<void> {
    const { taskId: task_id, agentId: agent_id } = this;
    await this.client.reconcile([{ task_id, ...(agent_id && { agent_id }) }]);
  }

  private async onOffer(offer: v1.Offer): Promise<void> {
    if (this.launched || this.killed || !this.fits(offer)) {
      await this.client.decline([offer.id]);
      return;
    }
    this.launched = true;
    this.agentId = offer.agent_id;
    this.agentUrl = urlOf(offer);
    this.startOutput();
    const launch = { task_infos: [this.task(offer.agent_id)] };
    await this.client.accept([offer.id], [{ type: "LAUNCH", launch }]);
    await this.client.suppress();
  }

  private fits({ resources }: v1.Offer): boolean {
    const amount = (name: string) =>
      (resources ?? [])
        .filter((one) => one.name === name && (one.role ?? "*") === "*")
        .reduce((sum, one) => sum + (one.scalar?.value ?? 0), 0);
    return amount("cpus") >= this.options.cpus && amount("mem") >= this.options.memory;
  }

  private task(agentId: v1.AgentID): v1.TaskInfo {
    const { name, cpus, memory, environment, command } = this.options;
    const [program = "", ...rest] = command;
    const variables = Object.entries(environment).map(([key, value]) => ({ name: key, value }));
    return {
      name,
      task_id: this.taskId,
      agent_id: agentId,
      resources: [
        { name: "cpus", type: "SCALAR", scalar: { value: cpus } },
        { name: "mem", type: "SCALAR", scalar: { value: memory } },
      ],
      command: {
        ...(rest.length === 0
          ? { value: program }
          : { shell: false, value: program, arguments: command }),
        environment: { variables },
      },
    };
  }

  private async onUpdate(status: v1.TaskStatus): Promise<void> {
    if (status.task_id.value !== this.taskId.value) return;
    if (status.state === "TASK_RUNNING") this.ran = true;
    this.noticeUnreachable(status.state === "TASK_UNREACHABLE");
    if (isTerminalState(status.state) || status.state === "TASK_UNKNOWN") this.onEnd(status);
    await this.client.acknowledge(status);
  }

  /** A master that is asked again says it again. */
  private noticeUnreachable(unreachable: boolean): void {
    if (this.hasEnded || unreachable === this.unreachable) return;
    this.unreachable = unreachable;
    if (!unreachable) {
      this.questions.stop();
      return;
    }
    this.options.onNotice?.("the task's agent is unreachable; it may come back");
    this.questions.start();
  }

  private onEnd(status: v1.TaskStatus): void {
    const { reason, state } = status;
    const updateFollows = reason === "REASON_RECONCILIATION" && ENDS_OF_PROCESSES.has(state);
    if (updateFollows) this.clock.schedule(UPDATE_GRACE_MS, () => this.settle(status));
    else this.settle(status);
  }

  /** A call that did not reach the master is made up for once it is there again. */
  private onFailure(error: Error): void {
    if (error instanceof CallError && error.status === 0) this.onDisconnected(error.message);
    else this.abandon(error.message);
  }

  private onDisconnected(reason: string): void {
    if (this.hasEnded) return;
    if (this.subscribedOnce) this.options.onNotice?.(`no connection to the master: ${reason}`);
    else this.abandon(`no master can be reached at ${this.options.master}: ${reason}`);
  }

  private noticeWaiting(): void {
    const { cpus, memory } = this.options;
    if (!this.launched)
      this.options.onNotice?.(`waiting for an offer with ${cpus} cpus and ${memory} MiB of memory`);
  }

  private startOutput(): void {
    const { agentUrl, options, taskId } = this;
    const { frameworkId } = this.client;
    if (agentUrl === undefined || frameworkId === undefined) return;
    const streams = new TaskOutput({ agentUrl, frameworkId, taskId: taskId.value }, options);
    this.output = { streams, here: streams.follow() };
  }

  /** A task that never ran has no output; of one that did, the user has to know that some is missing. */
  private async finishOutput(): Promise<void> {
    this.output?.streams.end();
    const failure = await this.output?.here;
    if (failure !== undefined && this.ran)
      this.options.onNotice?.(`some of the task's output is missing: ${failure}`);
  }
}

function urlOf({ url }: v1.Offer): string | undefined {
  if (url === undefined) return undefined;
  const { ip, hostname, port } = url.address;
  return `${url.scheme}://${hostPort(ip ?? hostname ?? "", port)}`;
}

/** Not every user has a name. */
function userName(): string {
  try {
    return userInfo().username;
  } catch {
    return `${process.getuid?.() ?? ""}`;
  }
}
