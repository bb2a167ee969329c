import { silentLogger } from "../../core/base/logger.js";
import { type Random, SeededRandom } from "../../core/base/random.js";
import { Master } from "../../core/master/master.js";
import { MasterHooks } from "../../core/master/master-hooks.js";
import type { MasterEffect, MasterInput } from "../../core/master/master-io.js";
import { masterDefaults } from "../../core/master/master-settings.js";
import { masterMetrics } from "../../core/master/views/metrics.js";
import {
  snapshotAgents,
  snapshotCompletedFrameworks,
  snapshotFrameworks,
} from "../../core/master/views/snapshots.js";
import { v0Framework } from "../../core/master/views/v0-frameworks.js";
import { v0Roles } from "../../core/master/views/v0-roles.js";
import { v0Slave } from "../../core/master/views/v0-slaves.js";
import { getOperations } from "../../core/master/views/v1-operations.js";
import { getRoles } from "../../core/master/views/v1-roles.js";
import { getState } from "../../core/master/views/v1-state.js";
import { schedulerCallProblem } from "../../core/master/validation/scheduler-call.js";
import { checkAgentToMaster } from "../../core/protocol/agent-protocol-schema.js";
import { masterCall, schedulerCall } from "../../core/protocol/codecs.js";
import { MessageError } from "../../core/protocol/message-error.js";
import { HierarchicalAllocator } from "../../modules/allocators/hierarchical.js";
import { DrfSorterFactory } from "../../modules/sorters/drf.js";
import { AuditedAllocator } from "../simulator/checks/audited-allocator.js";
import { checkBookkeeping } from "../simulator/checks/bookkeeping.js";
import { mutateValue } from "../testing/mutate-value.js";
import { pick } from "../testing/random-message.js";
import { Strangers } from "./strangers.js";

const STEPS = 300;
const SEEDS = 30;

/** A master among strangers, who say what passes the checks at the edge and may make no sense beyond. */
class Ordeal {
  private readonly random: Random;
  private readonly books = new AuditedAllocator(new HierarchicalAllocator(new DrfSorterFactory()));
  private readonly master: Master;
  private readonly strangers: Strangers;
  private readonly tickets: number[] = [];
  private readonly timers: MasterInput[] = [];
  private readonly streams = new Map<string, string | undefined>();
  private readonly connections = new Set<string>();
  private nowMs = 1_000_000;
  private names = 0;

  constructor(seed: number) {
    this.random = new SeededRandom(seed);
    const settings = {
      ...masterDefaults,
      masterInfo: { id: "M", ip: 0, port: 5050 },
      version: "0.0.0",
      startTimeMs: 0,
      maxCompletedFrameworks: 3,
      maxUnreachableTasksPerFramework: 5,
    };
    this.master = new Master({
      settings,
      allocator: this.books,
      random: this.random,
      hooks: new MasterHooks(silentLogger),
    });
    this.strangers = new Strangers(this.random, this.master.state);
    const recovered = new Map([["S1", { info: { hostname: "h1", id: { value: "S1" } } }]]);
    this.step({ type: "ELECTED", epoch: 1, registry: new Map([["agents", recovered]]) });
  }

  run(): void {
    for (let i = 0; i < STEPS; i++) {
      this.nowMs += this.random.integer(2000);
      const input = this.draw();
      if (input !== undefined) this.step(input);
    }
    this.show();
  }

  /** Whatever has come to be known can be shown. */
  private show(): void {
    const { state } = this.master;
    getState(state);
    getOperations(state);
    getRoles(state);
    v0Roles(state);
    masterMetrics(state, this.nowMs);
    snapshotAgents(state).forEach(v0Slave);
    [...snapshotFrameworks(state), ...snapshotCompletedFrameworks(state)].forEach(v0Framework);
  }

  private draw(): MasterInput | undefined {
    try {
      return pick(this.random, [
        () => this.schedulerCall(),
        () => this.schedulerCall(),
        () => this.schedulerCall(),
        () => this.agentMessage(),
        () => this.agentMessage(),
        () => this.operatorCall(),
        () => this.persisted(),
        () => this.persisted(),
        () => this.timer(),
        () => this.closed(),
      ])();
    } catch (error) {
      if (error instanceof MessageError) return undefined;
      throw error;
    }
  }

  private schedulerCall(): MasterInput | undefined {
    const subscribed = [...this.streams].filter(([, id]) => id !== undefined);
    const isNew = subscribed.length === 0 || this.random.integer(8) === 0;
    const [stream, frameworkId] = isNew
      ? [`s${++this.names}`, undefined]
      : pick(this.random, subscribed);
    const call = schedulerCall.check(this.spoilt(this.strangers.schedulerCall(frameworkId)));
    if (schedulerCallProblem(call, undefined) !== undefined) return undefined;
    return { type: "SCHEDULER_CALL", request: `r${++this.names}`, stream, call };
  }

  private agentMessage(): MasterInput {
    const isNew = this.connections.size === 0 || this.random.integer(5) === 0;
    const connection = isNew ? `c${++this.names}` : pick(this.random, [...this.connections]);
    this.connections.add(connection);
    const agents = [...this.master.state.agents.values()];
    const agent = agents.find((one) => one.connection === connection);
    const said = this.strangers.agentMessage(agent?.id);
    const message = checkAgentToMaster(
      said.type === "REREGISTER_AGENT"
        ? {
            ...said,
            frameworks: this.spoilt(said.frameworks),
            operations: this.spoilt(said.operations),
          }
        : this.spoilt(said),
    );
    const remoteAddress = `10.0.0.${this.random.integer(4)}`;
    return { type: "AGENT_MESSAGE", connection, remoteAddress, message };
  }

  private operatorCall(): MasterInput {
    const call = masterCall.check(this.spoilt(this.strangers.operatorCall()));
    return { type: "OPERATOR_CALL", request: `r${++this.names}`, call };
  }

  private persisted(): MasterInput | undefined {
    const ticket = this.tickets.shift();
    return ticket === undefined ? undefined : { type: "PERSISTED", ticket };
  }

  private timer(): MasterInput | undefined {
    const [timer] = this.timers.splice(this.random.integer(this.timers.length), 1);
    return timer;
  }

  private closed(): MasterInput | undefined {
    const names = [...this.streams.keys(), ...this.connections];
    if (names.length === 0 || this.random.integer(3) > 0) return undefined;
    const name = pick(this.random, names);
    if (this.connections.delete(name)) return { type: "AGENT_DISCONNECTED", connection: name };
    this.streams.delete(name);
    return { type: "STREAM_CLOSED", stream: name };
  }

  /** Often as it is, else with something in it replaced. */
  private spoilt(message: unknown): unknown {
    return this.random.integer(3) === 0 ? mutateValue(message, this.random) : message;
  }

  private step(input: MasterInput): void {
    const effects: MasterEffect[] = [];
    try {
      this.master.step(input, this.nowMs, effects);
      for (const effect of effects) this.carryOut(effect);
      checkBookkeeping(this.master.state, this.books);
    } catch (cause) {
      throw new Error(`the master fell over ${JSON.stringify(input)}`, { cause });
    }
  }

  private carryOut(effect: MasterEffect): void {
    switch (effect.type) {
      case "EVENT":
        if (effect.event.subscribed !== undefined)
          this.streams.set(effect.stream, effect.event.subscribed.framework_id.value);
        return;
      case "CLOSE_STREAM":
        this.streams.delete(effect.stream);
        return;
      case "DISCONNECT":
        if (this.connections.delete(effect.connection))
          this.step({ type: "AGENT_DISCONNECTED", connection: effect.connection });
        return;
      case "PERSIST":
        this.tickets.push(effect.ticket);
        return;
      case "TIMER":
        this.timers.push({ type: "TIMER", timer: effect.timer });
        return;
      case "ALLOCATE":
        this.step({ type: "ALLOCATE" });
        return;
      default:
    }
  }
}

describe("Master among strangers", () => {
  it("refuses what makes no sense, and keeps its books", () => {
    for (let seed = 1; seed <= SEEDS; seed++) {
      try {
        new Ordeal(seed).run();
      } catch (cause) {
        throw new Error(`seed ${seed}`, { cause });
      }
    }
  }).timeout(20_000);
});
