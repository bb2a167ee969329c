import type { MasterEffect, MasterInput } from "../../core/master/master-io.js";
import { masterDefaults } from "../../core/master/master-settings.js";
import type { MasterToAgent } from "../../core/protocol/agent-protocol.js";
import type { scheduler, v1 } from "../../core/protocol/v1.js";
import { bareMaster } from "./bare-master.js";
import type { Benchmark, Figures } from "./benchmark.js";
import { calibration, cpuMs } from "./calibration.js";

const TASKS = 60_000;
const SLOTS_PER_AGENT = 20;
const STREAM = "stream";
const UUID = Buffer.alloc(16).toString("base64");
const TASK_RESOURCES: readonly v1.Resource[] = [
  { name: "cpus", type: "SCALAR", scalar: { value: 0.1 } },
  { name: "mem", type: "SCALAR", scalar: { value: 32 } },
];

/** A master's machine whose agents and scheduler answer within the same loop: nothing is encoded, and nothing waits. */
class MachineDriver {
  launched = 0;
  finished = 0;
  private readonly master = bareMaster();
  private readonly inputs: MasterInput[] = [];
  private readonly effects: MasterEffect[] = [];
  private readonly agentIds = new Map<string, string>();
  private frameworkId = "";
  private nowMs = 0;

  constructor(agents: number) {
    this.inputs.push({
      type: "ELECTED",
      epoch: 1,
      registry: new Map(),
    });
    for (let i = 0; i < agents; i++) this.fromAgent(`agent-${i}`, registration(i));
    const framework_info: v1.FrameworkInfo = {
      user: "root",
      name: "bench",
      roles: ["bench"],
      capabilities: [{ type: "MULTI_ROLE" }],
    };
    this.call({ type: "SUBSCRIBE", subscribe: { framework_info } });
    this.run();
  }

  /** Handles every input there is, and the inputs that follow from it. */
  run(): void {
    for (let next = 0; next < this.inputs.length; next++) {
      this.master.step(this.inputs[next] as MasterInput, this.nowMs, this.effects);
      for (const effect of this.effects.splice(0)) this.carryOut(effect);
    }
    this.inputs.length = 0;
  }

  /** The next allocation run, and all that it brings. */
  cycle(): void {
    this.nowMs += masterDefaults.allocationIntervalMs;
    this.inputs.push({ type: "TIMER", timer: { type: "ALLOCATION_INTERVAL" } });
    this.run();
  }

  private carryOut(effect: MasterEffect): void {
    if (effect.type === "PERSIST") this.inputs.push({ type: "PERSISTED", ticket: effect.ticket });
    else if (effect.type === "ALLOCATE") this.inputs.push({ type: "ALLOCATE" });
    else if (effect.type === "SEND") this.onSend(effect.connection, effect.message);
    else if (effect.type === "EVENT") this.onEvent(effect.event);
  }

  private onSend(connection: string, message: MasterToAgent): void {
    if (message.type === "AGENT_REGISTERED") this.agentIds.set(connection, message.agentId);
    else if (message.type === "RUN_TASK")
      this.update(connection, message.task.task_id, "TASK_RUNNING");
    else if (message.type === "ACKNOWLEDGE_STATUS_UPDATE") this.onAcknowledged(connection, message);
  }

  private onAcknowledged(
    connection: string,
    { taskId }: MasterToAgent & { readonly type: "ACKNOWLEDGE_STATUS_UPDATE" },
  ): void {
    if (this.ended.delete(taskId)) this.finished++;
    else {
      this.ended.add(taskId);
      this.update(connection, { value: taskId }, "TASK_FINISHED");
    }
  }
  private readonly ended = new Set<string>();

  private update(connection: string, task_id: v1.TaskID, state: v1.TaskState): void {
    const agentId = this.agentIds.get(connection) ?? "";
    const status: v1.TaskStatus = {
      task_id,
      state,
      source: "SOURCE_EXECUTOR",
      agent_id: { value: agentId },
      executor_id: task_id,
      timestamp: this.nowMs / 1000,
      uuid: UUID,
    };
    const update = { frameworkId: this.frameworkId, status, latestState: state };
    this.fromAgent(connection, { type: "STATUS_UPDATE", agentId, update });
  }

  private onEvent(event: scheduler.Event): void {
    if (event.type === "SUBSCRIBED") this.frameworkId = event.subscribed?.framework_id.value ?? "";
    for (const offer of event.offers?.offers ?? []) this.accept(offer);
    const status = event.update?.status;
    if (status?.uuid === undefined || status.agent_id === undefined) return;
    const { agent_id, task_id, uuid } = status;
    this.call({ type: "ACKNOWLEDGE", acknowledge: { agent_id, task_id, uuid } });
  }

  private accept({ id, agent_id }: v1.Offer): void {
    const task_infos = Array.from({ length: SLOTS_PER_AGENT }, (): v1.TaskInfo => {
      const value = `task-${this.launched++}`;
      return {
        name: value,
        task_id: { value },
        agent_id,
        resources: TASK_RESOURCES,
        command: { value: "sleep 1000" },
      };
    });
    this.call({
      type: "ACCEPT",
      accept: { offer_ids: [id], operations: [{ type: "LAUNCH", launch: { task_infos } }] },
    });
  }

  private call(call: scheduler.Call): void {
    const framework_id = { value: this.frameworkId };
    this.inputs.push({
      type: "SCHEDULER_CALL",
      request: "request",
      stream: STREAM,
      call: this.frameworkId === "" ? call : { ...call, framework_id },
    });
  }

  private fromAgent(
    connection: string,
    message: (MasterInput & { readonly type: "AGENT_MESSAGE" })["message"],
  ): void {
    this.inputs.push({ type: "AGENT_MESSAGE", connection, remoteAddress: "10.0.0.1", message });
  }
}

function registration(index: number) {
  const cpus = SLOTS_PER_AGENT * 0.1;
  return {
    type: "REGISTER_AGENT",
    agentInfo: {
      hostname: `host-${index}`,
      port: index,
      resources: [
        { name: "cpus", type: "SCALAR", scalar: { value: cpus } },
        { name: "mem", type: "SCALAR", scalar: { value: 32 * SLOTS_PER_AGENT } },
      ],
    },
    version: "0",
    capabilities: [{ type: "MULTI_ROLE" }],
    checkpointedResources: [],
    resourceVersion: UUID,
  } as const;
}

function tasks(agents: number): Figures {
  const driver = new MachineDriver(agents);
  const first = driver.finished;
  const start = cpuMs();
  while (driver.finished - first < TASKS) {
    const before = driver.finished;
    driver.cycle();
    if (driver.finished === before) throw new Error("no task gets on");
  }
  return { perTaskUs: ((cpuMs() - start) * 1000) / (driver.finished - first) };
}

/** What a task costs in the master's machine: its launch, two updates, two acknowledgements, and the offer of its place. */
export const machine: Benchmark = {
  name: "machine",
  title:
    "Machine: a task's whole life in the master's state machine alone, nothing encoded and nothing sent",
  mainFigure: "perTaskUs",
  baseline: calibration,
  rounds: 3,
  cases: ({ agents = [100, 1_000] }) =>
    agents.map((count) => ({
      name: `${count} agents`,
      series: "machine",
      size: count,
      run: () => tasks(count),
    })),
};
