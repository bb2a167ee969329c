import { SchedulerClient } from "../../core/client/scheduler-client.js";
import { HttpSchedulerTransport } from "../../core/node/client/http-scheduler-transport.js";
import { SystemClock } from "../../core/node/system-clock.js";
import { systemRandom } from "../../core/node/system-random.js";
import { isTerminalState } from "../../core/protocol/task-state.js";
import type { scheduler, v1 } from "../../core/protocol/v1.js";
import { Resources } from "../../core/resources/resources.js";
import { eventually } from "../contracts/processes.js";

/** What a task is made of, but for what the launcher fills in. */
export type TaskParts = Partial<v1.TaskInfo> & { readonly task_id: v1.TaskID };

type Encoding = "application/json" | "application/x-protobuf";

/** A scheduler that answers its next offer with the operations it is given, whatever they are, and keeps what it hears. */
export class TaskLauncher {
  readonly client: SchedulerClient;
  readonly updates: v1.TaskStatus[] = [];
  private readonly clock = new SystemClock();
  private readonly transport: HttpSchedulerTransport;
  private offers: v1.Offer[] = [];

  private constructor(
    master: string,
    frameworkInfo: Partial<v1.FrameworkInfo>,
    encoding: Encoding,
  ) {
    this.transport = new HttpSchedulerTransport({ master, encoding });
    this.client = new SchedulerClient({
      transport: this.transport,
      clock: this.clock,
      random: systemRandom,
      frameworkInfo: { user: "root", name: "task-launcher", ...frameworkInfo },
      onEvent: (event) => void this.onEvent(event).catch(() => {}),
      onError: () => {},
    });
  }

  /** Resolves once it is subscribed. */
  static async start(
    master: string,
    frameworkInfo: Partial<v1.FrameworkInfo> = {},
    encoding: Encoding = "application/json",
  ): Promise<TaskLauncher> {
    const launcher = new TaskLauncher(master, frameworkInfo, encoding);
    launcher.client.start();
    await eventually("the scheduler is subscribed", async () => launcher.client.frameworkId);
    return launcher;
  }

  private async onEvent(event: scheduler.Event): Promise<void> {
    this.offers.push(...(event.offers?.offers ?? []));
    const status = event.update?.status;
    if (status === undefined) return;
    this.updates.push(status);
    await this.client.acknowledge(status);
  }

  /** The next offer, which is the caller's to use. */
  async offer(): Promise<v1.Offer> {
    return eventually("there is an offer", async () => this.offers.shift());
  }

  async accept(operations: (offer: v1.Offer) => readonly v1.Offer.Operation[]): Promise<void> {
    const offer = await this.offer();
    await this.client.accept([offer.id], operations(offer), { refuse_seconds: 0 });
  }

  /** Launches the tasks on the next offer, each with a tenth of a cpu unless it says otherwise. */
  async launch(...tasks: readonly TaskParts[]): Promise<void> {
    await this.accept(({ agent_id }) => [
      { type: "LAUNCH", launch: { task_infos: tasks.map((task) => complete(task, agent_id)) } },
    ]);
  }

  /** The first update of a task that `accept` takes. */
  async update(
    taskId: string,
    accept: (status: v1.TaskStatus) => boolean = ({ state }) => isTerminalState(state),
  ): Promise<v1.TaskStatus> {
    return eventually(`task ${taskId} gets there`, async () =>
      this.updates.find((status) => status.task_id.value === taskId && accept(status)),
    );
  }

  running(taskId: string): Promise<v1.TaskStatus> {
    return this.update(taskId, ({ state }) => state === "TASK_RUNNING");
  }

  /** Ends the framework with all it runs. */
  async dispose(): Promise<void> {
    await this.client.teardown().catch(() => {});
    this.client.stop();
    this.transport.dispose();
    this.clock.dispose();
  }
}

/** The task with what every task has to have. */
export function complete(task: TaskParts, agentId: v1.AgentID): v1.TaskInfo {
  return {
    name: task.task_id.value,
    agent_id: agentId,
    resources: Resources.parse("cpus:0.1;mem:32").toWire(),
    ...task,
  };
}
