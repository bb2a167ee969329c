import type { AgentProcess } from "./agent-process.js";
import { checkBookkeeping } from "./checks/bookkeeping.js";
import { checkAdmission, checkLoss, checkStatus } from "./checks/truthfulness.js";
import { Placements } from "./checks/placements.js";
import { missingToConverge } from "./checks/convergence.js";
import { UpdateOrder } from "./checks/update-order.js";
import { buildCluster, type Cluster } from "./cluster.js";
import { type NetworkFaults, type PartitionDirection, quietNetwork } from "./network/network.js";
import { SimulationError } from "./simulation-error.js";
import type { SimulationOptions } from "./simulation-options.js";
import { noCodec } from "./wire-codec.js";
import { World } from "./world.js";

/** How an agent stands with the master, as the master sees it. */
export type AgentStanding =
  | "unknown"
  | "recovering"
  | "active"
  | "reregistered"
  | "deactivated"
  | "disconnected"
  | "unreachable"
  | "gone";

const CHECK_INTERVAL = 100;
const POLL_MS = 5_000;

/**
 * A whole cluster under one virtual clock: the real master and agents, simulated schedulers, network, stores and
 * containers. The same options replay the same run, event for event. Invariants are checked while it runs; what breaks
 * one throws a {@link SimulationError} that names the seed.
 */
export class Simulation {
  readonly cluster: Cluster;
  /** Steps of machines so far. */
  steps = 0;
  private readonly world: World;
  private readonly placements = new Placements();
  private readonly updateOrder = new UpdateOrder();
  private readonly checkInterval: number;

  constructor(private readonly options: SimulationOptions) {
    this.world = new World({
      seed: options.seed,
      network: { ...quietNetwork, ...options.network },
      transcriptLines: options.transcriptLines ?? 0,
      codec: options.codec ?? noCodec,
    });
    // A check looks at every agent: more rarely, the more of them there are.
    this.checkInterval = options.checkInterval ?? Math.max(CHECK_INTERVAL, options.agents ?? 0);
    this.world.observer = { afterStep: () => this.afterStep() };
    this.cluster = buildCluster(this.world, options);
    this.watch();
    this.startAll();
  }

  /** Milliseconds since the simulation began. */
  get nowMs(): number {
    return this.world.clock.elapsedMs;
  }

  /** Stands for everything that happened: equal for equal seeds, and for nothing else. */
  get traceHash(): string {
    return this.world.hash.toString();
  }

  get transcript(): readonly string[] {
    return this.world.transcript.tail();
  }

  /** What the simulation and its faults draw from. */
  get random() {
    return this.world.random;
  }

  runUntil(ms: number): this {
    try {
      while (this.world.clock.runNext(ms));
      this.check();
    } catch (cause) {
      throw this.failure(cause);
    }
    return this;
  }

  /** Does something at a time of the simulation. */
  at(ms: number, act: () => void): this {
    this.world.clock.schedule(ms - this.nowMs, act);
    return this;
  }

  /** Cuts `hosts` off from all others for a while. */
  partition(
    hosts: readonly string[],
    fromMs: number,
    untilMs: number,
    direction: PartitionDirection = "both",
  ): this {
    const { network, transcript } = this.world;
    return this.at(fromMs, () => {
      const id = network.partition(hosts, direction);
      const how = direction === "both" ? "" : ` (${direction}bound only)`;
      transcript.note(() => `-- ${hosts.join(", ")} cut off${how}`);
      this.at(untilMs, () => {
        network.heal(id);
        transcript.note(() => `-- ${hosts.join(", ")} no longer cut off`);
      });
    });
  }

  /** Loses the next message of a type that one host sends to another, and its connection with it. */
  lose(from: string, to: string, type: string): this {
    this.world.network.loseNext(from, to, (message) => typeOf(message) === type);
    return this;
  }

  crashMaster(atMs: number, forMs = 1_000): this {
    return this.crash(this.cluster.master, atMs, forMs);
  }

  crashScheduler(name: string, atMs: number, forMs = 1_000): this {
    return this.crash(this.scheduler(name), atMs, forMs);
  }

  /** As kill −9: its containers go on. */
  crashAgent(name: string, atMs: number, forMs = 1_000): this {
    return this.crash(this.agent(name), atMs, forMs);
  }

  /** The machine loses its power, and boots again. */
  rebootAgent(name: string, atMs: number, forMs = 30_000): this {
    const agent = this.agent(name);
    return this.at(atMs, () => agent.powerOff()).at(atMs + forMs, () => agent.start());
  }

  /** An operator ends a framework; nothing happens while no master leads or knows it. */
  tearDown(name: string): void {
    const scheduler = this.scheduler(name);
    const { frameworkId } = scheduler.ledger;
    if (frameworkId === undefined) return;
    const call = { type: "TEARDOWN", teardown: { framework_id: { value: frameworkId } } } as const;
    this.cluster.master.operate(call, ({ status }) => {
      if (status === 200) scheduler.retire();
    });
  }

  /** The master, the agents and the schedulers. */
  processes() {
    const { master, agents, schedulers } = this.cluster;
    return [master, ...agents, ...schedulers];
  }

  agent(name: string): AgentProcess {
    return this.byName(this.cluster.agents, name);
  }

  scheduler(name: string) {
    return this.byName(this.cluster.schedulers, name);
  }

  /** How each agent stands, in the order of their names. */
  agentStates(): AgentStanding[] {
    return this.cluster.agents.map((agent) => this.standingOf(agent));
  }

  /** The last state each scheduler was told of each of its tasks. */
  taskStates(): Record<string, string> {
    const states: Record<string, string> = {};
    for (const { ledger } of this.cluster.schedulers)
      for (const { id, state } of ledger.tasks.values()) states[id] = state;
    return states;
  }

  /**
   * Ends all faults, starts what is down, and runs until everything has come to rest: every agent and framework is
   * registered, every job has run, every task is over and no container is left. Throws if that takes longer than allowed.
   */
  converge(withinMs: number): this {
    this.heal();
    const deadlineMs = this.nowMs + withinMs;
    for (;;) {
      this.runUntil(Math.min(deadlineMs, this.nowMs + POLL_MS));
      const missing = missingToConverge(this.cluster, this.placements);
      if (missing.length === 0) return this;
      if (this.nowMs < deadlineMs) continue;
      throw this.failure(new Error(`no rest after ${withinMs / 1000}s: ${missing.join("; ")}`));
    }
  }

  /** Everything that is checked, at once. */
  check(): void {
    const { master, books } = this.cluster;
    const own = books();
    if (master.state !== undefined && own !== undefined) checkBookkeeping(master.state, own);
  }

  private heal(): void {
    const { network, transcript } = this.world;
    transcript.note(() => "-- all faults end");
    network.healAll();
    network.faults = calmed(network.faults);
    for (const disk of this.cluster.disks) disk.faults = { ...disk.faults, slow: 0 };
    for (const { ledger } of this.cluster.schedulers) ledger.calmDown();
    for (const one of this.processes()) one.start();
  }

  private crash(one: { crash(): void; start(): void }, atMs: number, forMs: number): this {
    return this.at(atMs, () => one.crash()).at(atMs + forMs, () => one.start());
  }

  private startAll(): void {
    const { master, agents, schedulers } = this.cluster;
    const withinMs = this.options.startWithinMs ?? 1_000;
    master.start();
    for (const one of [...agents, ...schedulers])
      this.at(withinMs === 0 ? 0 : this.random.integer(withinMs), () => one.start());
  }

  private watch(): void {
    const { placements, updateOrder } = this;
    const { master } = this.cluster;
    master.onSend = (message) => checkAdmission(master.registry, message);
    master.onEvent = (event) => checkLoss(master.registry, event);
    for (const agent of this.cluster.agents) {
      agent.containerizer.onTask = (taskId, containerId, runs) =>
        placements.onTask(taskId, { agent: agent.name, containerId }, runs);
      agent.onSend = (message) => {
        if (message.type === "STATUS_UPDATE")
          updateOrder.onSent(agent.incarnationName, message.update);
      };
    }
    for (const scheduler of this.cluster.schedulers) {
      const { ledger } = scheduler;
      placements.watch(ledger);
      scheduler.onUpdate = ({ status }) => {
        const { frameworkId } = ledger;
        checkStatus(status, placements);
        if (status.uuid !== undefined && frameworkId !== undefined)
          updateOrder.onReceived(frameworkId, status.task_id.value, status.uuid);
      };
      scheduler.onSubscribed = (frameworkId) => updateOrder.watch(frameworkId, ledger);
    }
  }

  private afterStep(): void {
    if (++this.steps % this.checkInterval === 0) this.check();
  }

  private standingOf(agent: AgentProcess): AgentStanding {
    const { state } = this.cluster.master;
    const id = agent.state?.info.id?.value;
    if (state === undefined || id === undefined) return "unknown";
    const known = state.agents.get(id);
    if (known === undefined) {
      if (state.unreachableAgents.has(id)) return "unreachable";
      if (state.goneAgents.has(id)) return "gone";
      return state.recoveredAgents.has(id) ? "recovering" : "unknown";
    }
    if (known.connection === undefined) return "disconnected";
    if (!known.active) return "deactivated";
    return known.reregisteredTimeMs === undefined ? "active" : "reregistered";
  }

  private byName<T extends { readonly name: string }>(all: readonly T[], name: string): T {
    const found = all.find((one) => one.name === name);
    if (found === undefined) throw new Error(`no process named ${name}`);
    return found;
  }

  private failure(cause: unknown): SimulationError {
    return new SimulationError(this.options.seed, this.nowMs, this.transcript, cause);
  }
}

function calmed(faults: NetworkFaults): NetworkFaults {
  const maxDelayMs = Math.min(faults.maxDelayMs, quietNetwork.maxDelayMs);
  return { ...quietNetwork, minDelayMs: faults.minDelayMs, maxDelayMs };
}

/** The type of a message, whatever it is wrapped in. */
function typeOf(message: unknown): unknown {
  if (typeof message !== "object" || message === null) return undefined;
  const { type, message: inner, event } = message as Readonly<Record<string, unknown>>;
  if (inner !== undefined && typeof inner === "object") return typeOf(inner);
  return event === undefined ? type : typeOf(event);
}

/** Starts a cluster: `simulate({ seed: 7, agents: 3 }).runUntil(60_000)`. */
export function simulate(options: SimulationOptions): Simulation {
  return new Simulation(options);
}
