import { silentLogger } from "../../../core/base/logger.js";
import type { Connection } from "../../../core/contracts/transport.js";
import type { AgentToMaster, MasterToAgent } from "../../../core/protocol/agent-protocol.js";
import type { v1 } from "../../../core/protocol/v1.js";
import { transportLimits } from "../../../modules/support/websocket/transport-limits.js";
import { WebSocketTransport } from "../../../modules/transports/websocket.js";
import type { AgentPolicy, AgentsCount } from "./orders.js";
import { percentile } from "./percentile.js";

const TICK_MS = 2;
const FIRST_PORT = 10_000;

interface EmulatedAgent {
  readonly connection: Connection<AgentToMaster>;
  id: string;
}
interface EmulatedTask {
  readonly agent: EmulatedAgent;
  readonly frameworkId: string;
  readonly taskId: string;
  state: v1.TaskState;
  sentAtMs: number;
}

export interface EmulatedAgentsEvents {
  onAllRegistered(): void;
  onReached(): void;
}

/**
 * Many agents in one process, each with a connection of its own over the real transport. They have no executors and no
 * disk: a task runs as soon as it is launched, and of each task one update at a time waits for its acknowledgement.
 */
export class EmulatedAgents {
  private readonly transport = new WebSocketTransport(silentLogger, transportLimits.parse({}));
  private readonly tasks = new Map<string, EmulatedTask>();
  private policy: AgentPolicy = { type: "KEEP" };
  private notifyAt = 0;
  private connected = 0;
  private expected = 0;
  private registered = 0;
  private running = 0;
  private acknowledged = 0;
  private latenciesMs: number[] = [];
  private idle: EmulatedTask[] = [];
  private uuids = 0;
  private pacer: NodeJS.Timeout | undefined;

  constructor(private readonly events: EmulatedAgentsEvents) {}

  connect(url: string, agents: number, cpus: number): void {
    this.expected += agents;
    for (let i = 0; i < agents; i++) this.connectOne(url, cpus);
  }

  private connectOne(url: string, cpus: number): void {
    const index = this.connected++;
    const connection = this.transport.connect(
      { url, softwareVersion: "0", capabilities: [], headers: {}, minimumEpoch: () => 0 },
      {
        onOpen: () => connection.send(registration(index, cpus)),
        onMessage: (_, message) => this.onMessage(agent, message),
        onCongestion: () => {},
        onClose: (_, reason) => {
          throw new Error(`an agent lost its connection: ${reason}`);
        },
        onEpoch: () => {},
      },
    );
    const agent: EmulatedAgent = { connection, id: "" };
  }

  private onMessage(agent: EmulatedAgent, message: MasterToAgent): void {
    if (message.type === "AGENT_REGISTERED") {
      agent.id = message.agentId;
      if (++this.registered === this.expected) this.events.onAllRegistered();
    } else if (message.type === "PING") {
      agent.connection.send({ type: "PONG", agentId: agent.id });
    } else if (message.type === "RUN_TASK") this.run(agent, message);
    else if (message.type === "ACKNOWLEDGE_STATUS_UPDATE") this.onAcknowledged(message.taskId);
  }

  private run(
    agent: EmulatedAgent,
    { frameworkInfo, task }: MasterToAgent & { readonly type: "RUN_TASK" },
  ): void {
    const started: EmulatedTask = {
      agent,
      frameworkId: frameworkInfo.id?.value ?? "",
      taskId: task.task_id.value,
      state: "TASK_STAGING",
      sentAtMs: 0,
    };
    this.tasks.set(started.taskId, started);
    this.update(started, "TASK_RUNNING");
  }

  private update(task: EmulatedTask, state: v1.TaskState): void {
    const { agent, frameworkId, taskId } = task;
    task.state = state;
    task.sentAtMs = performance.now();
    agent.connection.send({
      type: "STATUS_UPDATE",
      agentId: agent.id,
      update: {
        frameworkId,
        status: {
          task_id: { value: taskId },
          state,
          source: "SOURCE_EXECUTOR",
          agent_id: { value: agent.id },
          executor_id: { value: taskId },
          timestamp: Math.floor(performance.timeOrigin + task.sentAtMs) / 1000,
          uuid: this.nextUuid(),
        },
        latestState: state,
      },
    });
  }

  private nextUuid(): string {
    const bytes = Buffer.alloc(16);
    bytes.writeUInt32BE(++this.uuids, 12);
    return bytes.toString("base64");
  }

  private onAcknowledged(taskId: string): void {
    const task = this.tasks.get(taskId);
    if (task === undefined) return;
    this.acknowledged++;
    this.latenciesMs.push(performance.now() - task.sentAtMs);
    if (task.state !== "TASK_RUNNING") {
      this.tasks.delete(taskId);
      return;
    }
    if (++this.running === this.notifyAt) this.events.onReached();
    if (this.policy.type === "FINISH") this.update(task, "TASK_FINISHED");
    else if (this.policy.type === "REPEAT") this.update(task, "TASK_RUNNING");
    else this.idle.push(task);
  }

  /** Begins a new count. */
  setPolicy(policy: AgentPolicy, notifyAt = 0): void {
    this.policy = policy;
    this.notifyAt = notifyAt;
    this.running = 0;
    this.acknowledged = 0;
    this.latenciesMs = [];
    clearInterval(this.pacer);
    if (policy.type === "REPEAT")
      for (const task of this.idle.splice(0)) this.update(task, "TASK_RUNNING");
    if (policy.type === "RATE") this.pace(policy.updatesPerSecond);
  }

  private pace(updatesPerSecond: number): void {
    const startedMs = performance.now();
    let sent = 0;
    let next = 0;
    this.pacer = setInterval(() => {
      const due = ((performance.now() - startedMs) / 1000) * updatesPerSecond;
      for (; sent < due; sent++) {
        const task = this.idle[next++];
        if (task === undefined) break;
        this.update(task, "TASK_RUNNING");
      }
      this.idle = this.idle.slice(next);
      next = 0;
    }, TICK_MS);
  }

  count(): AgentsCount {
    const sorted = Float64Array.from(this.latenciesMs).sort();
    return {
      running: this.running,
      acknowledged: this.acknowledged,
      p50Ms: percentile(sorted, 0.5),
      p99Ms: percentile(sorted, 0.99),
      maxMs: percentile(sorted, 1),
    };
  }
}

/** Agents of one machine are told apart by their ports. */
function registration(index: number, cpus: number): AgentToMaster {
  const scalar = (name: string, value: number): v1.Resource => ({
    name,
    type: "SCALAR",
    scalar: { value },
  });
  return {
    type: "REGISTER_AGENT",
    agentInfo: {
      hostname: `host-${index}`,
      port: FIRST_PORT + index,
      resources: [scalar("cpus", cpus), scalar("mem", 1_000_000), scalar("disk", 1_000_000)],
    },
    version: "0",
    capabilities: [
      { type: "MULTI_ROLE" },
      { type: "HIERARCHICAL_ROLE" },
      { type: "RESERVATION_REFINEMENT" },
    ],
    checkpointedResources: [],
    resourceVersion: Buffer.alloc(16).toString("base64"),
  };
}
