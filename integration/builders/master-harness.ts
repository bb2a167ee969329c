import { silentLogger } from "../../core/base/logger.js";
import { SeededRandom } from "../../core/base/random.js";
import type { RegistryOperation, RegistrySnapshot } from "../../core/contracts/registry-store.js";
import { Master } from "../../core/master/master.js";
import { MasterHooks } from "../../core/master/master-hooks.js";
import type { MasterEffect, MasterInput, MasterTimer } from "../../core/master/master-io.js";
import { masterDefaults, type MasterSettings } from "../../core/master/master-settings.js";
import type { AgentToMaster, MasterToAgent } from "../../core/protocol/agent-protocol.js";
import type { master, scheduler, v1 } from "../../core/protocol/v1.js";
import { Resources } from "../../core/resources/resources.js";
import { ScriptedAllocator } from "./scripted-allocator.js";

const settings: MasterSettings = {
  ...masterDefaults,
  masterInfo: { id: "M", ip: 0, port: 5050, hostname: "master" },
  version: "0.0.0",
  startTimeMs: 0,
};

/** What an agent of this kernel knows. */
const capabilities = (
  [
    "MULTI_ROLE",
    "HIERARCHICAL_ROLE",
    "RESERVATION_REFINEMENT",
    "RESIZE_VOLUME",
    "AGENT_OPERATION_FEEDBACK",
  ] as const
).map((type) => ({ type }));

interface Harness {
  readonly settings?: Partial<MasterSettings>;
  /** Writes to the registry wait until `persist` is called. */
  readonly holdWrites?: boolean;
  /** What the registry holds when the master is elected. */
  readonly registry?: RegistrySnapshot;
}

/** A master in a test's hands: inputs in the words of the domain, effects sorted by whom they reach. */
export class MasterHarness {
  readonly allocator = new ScriptedAllocator();
  readonly hooks = new MasterHooks(silentLogger);
  readonly master: Master;
  nowMs = 1_000_000;
  /** What every stream, agent connection and request was told and has not been taken yet. */
  private readonly events = new Map<string, scheduler.Event[]>();
  private readonly sent = new Map<string, MasterToAgent[]>();
  private readonly responses: { readonly status: number; readonly message?: string }[] = [];
  readonly timers: { readonly timer: MasterTimer; readonly delayMs: number }[] = [];
  readonly registry: RegistryOperation[] = [];
  readonly effects: MasterEffect[] = [];
  private readonly held: number[] = [];
  private requests = 0;

  constructor(private readonly options: Harness = {}) {
    this.master = new Master({
      settings: { ...settings, ...options.settings },
      allocator: this.allocator,
      random: new SeededRandom(1),
      hooks: this.hooks,
    });
    this.step({ type: "ELECTED", epoch: 1, registry: options.registry ?? new Map() });
  }

  step(input: MasterInput): readonly MasterEffect[] {
    const effects: MasterEffect[] = [];
    this.master.step(input, this.nowMs, effects);
    for (const effect of effects) this.carryOut(effect);
    return effects;
  }

  private carryOut(effect: MasterEffect): void {
    this.effects.push(effect);
    switch (effect.type) {
      case "EVENT":
        this.events.set(effect.stream, [...(this.events.get(effect.stream) ?? []), effect.event]);
        return;
      case "SEND":
        this.sent.set(effect.connection, [
          ...(this.sent.get(effect.connection) ?? []),
          effect.message,
        ]);
        return;
      case "RESPOND":
        this.responses.push(effect);
        return;
      case "PERSIST":
        this.registry.push(...effect.operations);
        if (this.options.holdWrites) this.held.push(effect.ticket);
        else this.step({ type: "PERSISTED", ticket: effect.ticket });
        return;
      case "ALLOCATE":
        this.step({ type: "ALLOCATE" });
        return;
      case "TIMER":
        this.timers.push({ timer: effect.timer, delayMs: effect.delayMs });
        return;
      case "DISCONNECT":
        this.step({ type: "AGENT_DISCONNECTED", connection: effect.connection });
        return;
      case "OPEN_STREAM":
      case "CLOSE_STREAM":
      case "LOG":
      case "EXIT":
    }
  }

  /** Confirms every write that was held back. */
  persist(): void {
    for (const ticket of this.held.splice(0)) this.step({ type: "PERSISTED", ticket });
  }

  /** Fires the newest timer of a type. */
  fire(type: MasterTimer["type"]): void {
    const at = this.timers.findLastIndex(({ timer }) => timer.type === type);
    const [found] = this.timers.splice(at, 1);
    if (at < 0 || found === undefined) throw new Error(`no timer ${type}`);
    this.step({ type: "TIMER", timer: found.timer });
  }

  fromAgent(connection: string, message: AgentToMaster): void {
    const remoteAddress = `10.0.0.${connection.replace(/\D/g, "")}`;
    this.step({ type: "AGENT_MESSAGE", connection, remoteAddress, message });
  }

  /** Registers an agent over the connection of its name, and returns its id. */
  registerAgent(connection: string, resources = "cpus:4;mem:1024;disk:1024"): string {
    this.fromAgent(connection, {
      type: "REGISTER_AGENT",
      agentInfo: agentInfo(connection, resources),
      version: "0.0.0",
      capabilities,
      checkpointedResources: [],
      resourceVersion: "AAAA",
    });
    const registered = this.takeSent(connection).find(({ type }) => type === "AGENT_REGISTERED");
    return registered?.type === "AGENT_REGISTERED" ? registered.agentId : "";
  }

  /** An agent that comes back over a connection, with what it runs. */
  reregisterAgent(
    connection: string,
    id: string,
    has: Partial<AgentToMaster & { readonly type: "REREGISTER_AGENT" }> = {},
  ): void {
    this.fromAgent(connection, {
      type: "REREGISTER_AGENT",
      agentInfo: { ...agentInfo("a1", "cpus:4;mem:1024;disk:1024"), id: { value: id } },
      version: "0.0.0",
      capabilities,
      checkpointedResources: [],
      resourceVersion: "AAAA",
      frameworks: [],
      executors: [],
      tasks: [],
      operations: [],
      ...has,
    });
  }

  /** Subscribes over a stream; returns the framework's id, empty when it was refused. */
  subscribe(
    stream: string,
    info: Partial<v1.FrameworkInfo> = {},
    more: Partial<scheduler.Call.Subscribe> = {},
  ): string {
    const framework_info = { user: "u", name: "f", ...info };
    this.step({
      type: "SCHEDULER_CALL",
      request: `r${++this.requests}`,
      stream,
      call: { type: "SUBSCRIBE", subscribe: { framework_info, ...more } },
    });
    const [first] = this.events.get(stream) ?? [];
    const id = first?.subscribed?.framework_id.value ?? "";
    if (id !== "") this.events.delete(stream);
    return id;
  }

  /** Sends a call over a stream; returns the status and message it was answered with. */
  call(stream: string | undefined, frameworkId: string, call: scheduler.Call) {
    this.step({
      type: "SCHEDULER_CALL",
      request: `r${++this.requests}`,
      stream,
      call: { ...call, framework_id: { value: frameworkId } },
    });
    const response = this.responses.pop();
    return { status: response?.status, ...(response?.message && { message: response.message }) };
  }

  /** A call of the operator API; without a status it has not been answered yet. */
  operator(call: master.Call) {
    this.step({ type: "OPERATOR_CALL", request: `r${++this.requests}`, call });
    const response = this.responses.pop();
    return { status: response?.status, ...(response?.message && { message: response.message }) };
  }

  /** Has the allocator offer something, and returns the offer's id. */
  offer(
    stream: string,
    frameworkId: string,
    agentId: string,
    resources: Resources | string,
    role = "*",
  ): string {
    this.allocator.offer(frameworkId, agentId, resources, role);
    this.step({ type: "ALLOCATE" });
    const offers = this.takeEvents(stream).findLast(({ type }) => type === "OFFERS");
    return offers?.offers?.offers?.[0]?.id.value ?? "";
  }

  takeEvents(stream: string): readonly scheduler.Event[] {
    const taken = this.events.get(stream) ?? [];
    this.events.delete(stream);
    return taken;
  }

  takeSent(connection: string): readonly MasterToAgent[] {
    const taken = this.sent.get(connection) ?? [];
    this.sent.delete(connection);
    return taken;
  }

  /** The updates a stream was sent, in words: `task STATE reason`. */
  takeUpdates(stream: string): readonly string[] {
    return this.takeEvents(stream).flatMap(({ update }) =>
      update === undefined ? [] : [words(update.status)],
    );
  }
}

function words({ task_id, state, reason }: v1.TaskStatus): string {
  return `${task_id.value} ${state}${reason === undefined ? "" : ` ${reason}`}`;
}

export function agentInfo(hostname: string, resources: string): v1.AgentInfo {
  return { hostname, port: 5051, resources: Resources.parse(resources).toWire() };
}

/** A command task; `more` replaces fields. */
export function task(
  id: string,
  agentId: string,
  more: Partial<v1.TaskInfo> = {},
  resources = "cpus:1;mem:128",
): v1.TaskInfo {
  return {
    name: id,
    task_id: { value: id },
    agent_id: { value: agentId },
    resources: Resources.parse(resources).toWire(),
    command: { value: "true" },
    ...more,
  };
}

/** An ACCEPT that launches tasks. */
export function launch(
  offerIds: readonly string[],
  ...tasks: readonly v1.TaskInfo[]
): scheduler.Call {
  return {
    type: "ACCEPT",
    accept: {
      offer_ids: offerIds.map((value) => ({ value })),
      operations: [{ type: "LAUNCH", launch: { task_infos: tasks } }],
    },
  };
}
