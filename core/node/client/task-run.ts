import { randomUUID } from "node:crypto";
import { userInfo } from "node:os";
import { setTimeout as sleep } from "node:timers/promises";
import { SchedulerClient } from "../../client/scheduler-client.js";
import { isTerminalState } from "../../protocol/task-state.js";
import type { scheduler, v1 } from "../../protocol/v1.js";
import { SystemClock } from "../system-clock.js";
import { systemRandom } from "../system-random.js";
import { FileTail, sandboxFile } from "./file-tail.js";
import { HttpSchedulerTransport } from "./http-scheduler-transport.js";

export interface TaskRunOptions {
  readonly master: string;
  /** One word is a shell command; several are a program and its arguments. */
  readonly command: readonly string[];
  readonly name: string;
  readonly cpus: number;
  /** In MiB. */
  readonly memory: number;
  readonly environment: Readonly<Record<string, string>>;
  readonly stdout: (bytes: Uint8Array) => void;
  readonly stderr: (bytes: Uint8Array) => void;
  /** Hears of every update, for progress. */
  readonly onStatus?: (status: v1.TaskStatus) => void;
  readonly onWaiting?: (message: string) => void;
}

/** Where a task ran and how it ended. */
export interface TaskEnd {
  readonly status: v1.TaskStatus;
  readonly frameworkId: string;
  readonly agentUrl: string | undefined;
}

const POLL_MS = 100;
/** So long after the master is lost the task goes on; then its framework counts as gone. */
const FAILOVER_TIMEOUT_SECONDS = 60;
const WAITING_NOTICE_MS = 5000;

/** Runs one command as a task of its own framework, from subscription to teardown, and brings its output here. */
export class TaskRun {
  private readonly clock = new SystemClock();
  private readonly transport: HttpSchedulerTransport;
  private readonly client: SchedulerClient;
  private readonly taskId = { value: randomUUID() };
  private agentId: v1.AgentID | undefined;
  private agentUrl: string | undefined;
  private launched = false;
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
        user: userInfo().username,
        name: `dasmos run ${options.name}`,
        failover_timeout: FAILOVER_TIMEOUT_SECONDS,
        capabilities: [{ type: "PARTITION_AWARE" }],
      },
      onEvent: (event) => void this.onEvent(event).catch((error: Error) => this.fail(error)),
      onDisconnected: (reason) => this.onDisconnected(reason),
      onError: (message) => this.fail(new Error(message)),
    });
  }

  /** Resolves when the task has ended, its output is here and its framework is gone. */
  async run(): Promise<TaskEnd> {
    const notice = this.clock.schedule(WAITING_NOTICE_MS, () => this.noticeWaiting());
    this.client.start();
    try {
      const output = this.streamOutput();
      const status = await this.ended.finally(() => {
        this.hasEnded = true;
      });
      await output;
      return { status, frameworkId: this.client.frameworkId ?? "", agentUrl: this.agentUrl };
    } finally {
      notice.dispose();
      await this.client.teardown().catch(() => {});
      this.client.stop();
      this.transport.dispose();
      this.clock.dispose();
    }
  }

  /** Asks for the end of the task; `run` resolves when it has ended. */
  async kill(): Promise<void> {
    this.killed = true;
    if (this.launched) await this.client.kill(this.taskId, this.agentId);
    else this.settle({ task_id: this.taskId, state: "TASK_KILLED", message: "never launched" });
  }

  private async onEvent(event: scheduler.Event): Promise<void> {
    if (event.type === "SUBSCRIBED") {
      this.subscribedOnce = true;
      if (this.launched) await this.client.reconcile([{ task_id: this.taskId }]);
    }
    for (const offer of event.offers?.offers ?? []) await this.onOffer(offer);
    if (event.update !== undefined) await this.onUpdate(event.update.status);
  }

  private async onOffer(offer: v1.Offer): Promise<void> {
    if (this.launched || this.killed || !this.fits(offer)) {
      await this.client.decline([offer.id]);
      return;
    }
    this.launched = true;
    this.agentId = offer.agent_id;
    const { address, scheme } = offer.url ?? {};
    if (address !== undefined)
      this.agentUrl = `${scheme}://${address.ip ?? address.hostname}:${address.port}`;
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
    this.options.onStatus?.(status);
    await this.client.acknowledge(status);
    if (isTerminalState(status.state) || status.state === "TASK_UNKNOWN") this.settle(status);
  }

  private onDisconnected(reason: string): void {
    if (this.hasEnded) return;
    if (this.subscribedOnce) this.options.onWaiting?.(`no connection to the master: ${reason}`);
    else this.fail(new Error(`cannot subscribe at ${this.options.master}: ${reason}`));
  }

  private noticeWaiting(): void {
    const { cpus, memory } = this.options;
    if (!this.launched)
      this.options.onWaiting?.(
        `waiting for an offer with ${cpus} cpus and ${memory} MiB of memory`,
      );
  }

  /** Brings output over while the task runs, and the rest of it when it has ended. */
  private async streamOutput(): Promise<void> {
    const tails = { stdout: this.options.stdout, stderr: this.options.stderr };
    let files: readonly FileTail[] = [];
    for (let last = false; !last; ) {
      last = this.hasEnded;
      const { frameworkId } = this.client;
      if (files.length === 0 && this.agentUrl !== undefined && frameworkId !== undefined) {
        const url = this.agentUrl;
        files = Object.entries(tails).map(([file, write]) => {
          const path = sandboxFile(frameworkId, this.taskId.value, file);
          return new FileTail(url, path, write);
        });
      }
      // Before the container exists there is no file yet, and a task that never ran has none.
      for (const file of files) await file.drain().catch(() => {});
      if (!last) await sleep(POLL_MS);
    }
  }
}
