import { silentLogger } from "../base/logger.js";
import { SeededRandom } from "../base/random.js";
import type { AgentToMaster, MasterToAgent } from "../protocol/agent-protocol.js";
import type { executor, v1 } from "../protocol/v1.js";
import { Resources } from "../resources/resources.js";
import { Agent } from "./agent.js";
import { AgentHooks } from "./agent-hooks.js";
import type { AgentEffect, AgentInput, AgentTimer } from "./agent-io.js";
import { agentDefaults, type AgentSettings } from "./agent-settings.js";

/** The settings of the agents that tests make. */
export const testAgentSettings: AgentSettings = {
  ...agentDefaults,
  agentInfo: {
    hostname: "agent.example",
    port: 5051,
    resources: Resources.parse("cpus:4;mem:4096").toWire(),
  },
  version: "1.11.0",
  capabilities: [],
  ip: "10.0.0.1",
  port: 5051,
  workDir: "/work",
  bootId: "boot",
  startTimeMs: 0,
};

/** Drives one agent by hand: every call is one input, and gives the effects of that step. */
export class AgentDriver {
  nowMs = 1_000_000;
  readonly hooks = new AgentHooks(silentLogger);
  readonly agent: Agent;

  constructor(settings: Partial<AgentSettings> = {}, seed = 1) {
    this.agent = new Agent({
      settings: { ...testAgentSettings, ...settings },
      random: new SeededRandom(seed),
      hooks: this.hooks,
    });
  }

  /** An agent that has registered as `agent-1`, and written that down. */
  static registered(settings: Partial<AgentSettings> = {}): AgentDriver {
    const driver = new AgentDriver(settings);
    driver.step({ type: "RECOVERED", checkpoints: new Map() });
    driver.connect();
    driver.master({ type: "AGENT_REGISTERED", agentId: "agent-1", pingTimeoutMs: 75_000 });
    driver.step({ type: "CHECKPOINTED", ticket: 1 });
    return driver;
  }

  step(input: AgentInput): AgentEffect[] {
    const effects: AgentEffect[] = [];
    this.agent.step(input, this.nowMs, effects);
    return effects;
  }

  connect(): AgentEffect[] {
    return this.step({ type: "MASTER_CONNECTED", epoch: 1, hostname: "master.example" });
  }

  master(message: MasterToAgent): AgentEffect[] {
    return this.step({ type: "MASTER_MESSAGE", message });
  }

  /** A timer fires that long after it was set. */
  timer(timer: AgentTimer, delayMs = 0): AgentEffect[] {
    this.nowMs += delayMs;
    return this.step({ type: "TIMER", timer });
  }

  call(call: executor.Call, stream = "stream-1"): AgentEffect[] {
    return this.step({ type: "EXECUTOR_CALL", request: "request-1", stream, call });
  }

  run(task: v1.TaskInfo, options: RunOptions = {}): AgentEffect[] {
    const {
      frameworkInfo = framework(),
      executor,
      launchExecutor = executor !== undefined,
    } = options;
    return this.master({
      type: "RUN_TASK",
      frameworkInfo,
      task,
      ...(executor && { executor }),
      launchExecutor,
      resourceVersion: options.resourceVersion ?? this.agent.state.resourceVersion,
    });
  }

  kill(taskId: string, graceMs?: number): AgentEffect[] {
    return this.master({
      type: "KILL_TASK",
      frameworkId: "framework-1",
      taskId,
      ...(graceMs !== undefined && { killPolicy: { grace_period: duration(graceMs) } }),
    });
  }

  /** The framework acknowledges the task's outstanding update, whose uuid the test need not know of a task that is there. */
  acknowledge(taskId: string, uuid = this.task(taskId)?.status_update_uuid ?? ""): AgentEffect[] {
    return this.master({
      type: "ACKNOWLEDGE_STATUS_UPDATE",
      frameworkId: "framework-1",
      taskId,
      uuid,
    });
  }

  /** The container of the executor of that id. */
  containerId(executorId: string): string {
    for (const [containerId, place] of this.agent.state.containers) {
      if (place.executor.id === executorId) return containerId;
    }
    throw new Error(`executor ${executorId} has no container`);
  }

  launched(executorId: string): AgentEffect[] {
    return this.step({
      type: "CONTAINER_LAUNCHED",
      containerId: this.containerId(executorId),
      pid: 4711,
    });
  }

  /** The task as the agent would report it. */
  task(taskId: string): v1.Task | undefined {
    for (const { executors } of this.agent.state.frameworks.values()) {
      for (const { queuedTasks, launchedTasks, terminatedTasks } of executors.values()) {
        const task =
          queuedTasks.get(taskId) ?? launchedTasks.get(taskId) ?? terminatedTasks.get(taskId);
        if (task) return task.wire;
      }
    }
    return undefined;
  }
}

export interface RunOptions {
  readonly frameworkInfo?: v1.FrameworkInfo;
  readonly executor?: v1.ExecutorInfo;
  readonly launchExecutor?: boolean;
  readonly resourceVersion?: string;
}

export function framework(...capabilities: v1.FrameworkInfo.Capability.Type[]): v1.FrameworkInfo {
  return {
    user: "nobody",
    name: "framework",
    id: { value: "framework-1" },
    capabilities: capabilities.map((type) => ({ type })),
  };
}

export function commandTask(id: string, rest: Partial<v1.TaskInfo> = {}): v1.TaskInfo {
  return {
    name: id,
    task_id: { value: id },
    agent_id: { value: "agent-1" },
    resources: Resources.parse("cpus:1;mem:128").allocate("*").toWire(),
    command: { value: "sleep 1" },
    ...rest,
  };
}

export function executorInfo(id: string, rest: Partial<v1.ExecutorInfo> = {}): v1.ExecutorInfo {
  return {
    executor_id: { value: id },
    framework_id: { value: "framework-1" },
    command: { value: "./executor" },
    resources: Resources.parse("cpus:0.1;mem:32").allocate("*").toWire(),
    ...rest,
  };
}

export function executorTask(id: string, info: v1.ExecutorInfo): v1.TaskInfo {
  const { command: _command, ...task } = commandTask(id);
  return { ...task, executor: info };
}

export function subscribe(executorId: string, rest: executor.Call.Subscribe = {}): executor.Call {
  return { ...caller(executorId), type: "SUBSCRIBE", subscribe: rest };
}

/** An executor's update; the uuid is of its caller's choice where the test has to know it. */
export function update(
  executorId: string,
  taskId: string,
  state: v1.TaskState,
  uuid = "AAAAAAAAAAAAAAAAAAAAAQ==",
): executor.Call {
  const status: v1.TaskStatus = {
    task_id: { value: taskId },
    state,
    source: "SOURCE_EXECUTOR",
    uuid,
  };
  return { ...caller(executorId), type: "UPDATE", update: { status } };
}

/** Who a call is from. */
export function caller(executorId: string): Pick<executor.Call, "executor_id" | "framework_id"> {
  return { executor_id: { value: executorId }, framework_id: { value: "framework-1" } };
}

export function duration(ms: number): v1.DurationInfo {
  return { nanoseconds: ms * 1e6 };
}

/** What effects come to, in a line each: messages and events by what sets them apart. */
export function told(effects: readonly AgentEffect[]): string[] {
  return effects.filter(({ type }) => type !== "LOG" && type !== "TIMER").map(tell);
}

/** The timers that effects set. */
export function timers(effects: readonly AgentEffect[]): (AgentTimer & { delayMs: number })[] {
  return effects.flatMap((effect) =>
    effect.type === "TIMER" ? [{ ...effect.timer, delayMs: effect.delayMs }] : [],
  );
}

function tell(effect: AgentEffect): string {
  switch (effect.type) {
    case "SEND":
      return tellMessage(effect.message);
    case "EVENT":
      return `${effect.stream} < ${tellEvent(effect.event)}`;
    case "RESPOND":
      return [effect.type, effect.status, ...(effect.message ? [effect.message] : [])].join(" ");
    case "KILL":
      return `KILL ${effect.signal}`;
    case "EXIT":
      return `EXIT ${effect.status} ${effect.message}`;
    case "OPEN_STREAM":
    case "CLOSE_STREAM":
      return `${effect.type} ${effect.stream}`;
    case "UPDATE":
      return `UPDATE ${effect.resources.unallocate().toString()}`;
    case "CHECKPOINT":
      return `CHECKPOINT ${effect.ticket}`;
    case "LAUNCH":
    case "DESTROY":
    case "RECONNECT":
    case "TIMER":
    case "LOG":
      return effect.type;
  }
}

function tellMessage(message: AgentToMaster): string {
  if (message.type === "EXITED_EXECUTOR")
    return `EXITED_EXECUTOR ${message.executorId} ${message.status}`;
  if (message.type !== "STATUS_UPDATE") return message.type;
  const { status, latestState } = message.update;
  const parts = [status.task_id.value, status.state, status.reason, status.message];
  const latest = latestState === status.state ? [] : [`(now ${latestState})`];
  return [...parts.filter((part) => part !== undefined), ...latest].join(" ");
}

function tellEvent(event: executor.Event): string {
  const tasks = event.launch ? [event.launch.task] : (event.launch_group?.task_group.tasks ?? []);
  const taskId = (event.kill ?? event.acknowledged)?.task_id.value;
  return [event.type, ...tasks.map(({ task_id }) => task_id.value), taskId]
    .filter((part) => part !== undefined)
    .join(" ");
}
