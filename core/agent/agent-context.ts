import { assert } from "../base/assert.js";
import type { AgentId, StreamId } from "../base/ids.js";
import type { LogFields, LogLevel } from "../base/logger.js";
import { type Random, uuidBytes, uuidText } from "../base/random.js";
import type { AgentToMaster } from "../protocol/agent-protocol.js";
import { type Base64, toBase64 } from "../protocol/base64.js";
import type { executor } from "../protocol/v1.js";
import { Resources } from "../resources/resources.js";
import type { AgentHooks } from "./agent-hooks.js";
import type { AgentEffect, AgentTimer } from "./agent-io.js";
import { AgentMetrics } from "./agent-metrics.js";
import type { AgentSettings } from "./agent-settings.js";
import type { AgentState } from "./agent-state.js";

export interface AgentParts {
  readonly settings: AgentSettings;
  readonly random: Random;
  readonly hooks: AgentHooks;
}

/** What every part of the agent works with: the state, the parts it was made of, and the effects of the current step. */
export class AgentContext {
  nowMs = 0;
  effects: AgentEffect[] = [];
  readonly state: AgentState;
  readonly settings: AgentSettings;
  readonly hooks: AgentHooks;
  readonly random: Random;

  constructor({ settings, random, hooks }: AgentParts) {
    this.settings = settings;
    this.random = random;
    this.hooks = hooks;
    this.state = {
      settings,
      info: settings.agentInfo,
      phase: "RECOVERING",
      master: undefined,
      registeredTimeMs: undefined,
      total: Resources.fromWire(settings.agentInfo.resources),
      operations: new Map(),
      resourceVersion: this.uuid(),
      frameworks: new Map(),
      containers: new Map(),
      completedFrameworks: new Map(),
      metrics: new AgentMetrics(),
    };
  }

  get agentId(): AgentId {
    const { id } = this.state.info;
    assert(id, "an agent without an id was addressed");
    return id.value;
  }

  /** Whether the master knows this agent as registered, and would take what it is sent. */
  get registered(): boolean {
    return this.state.phase === "RUNNING";
  }

  push(effect: AgentEffect): void {
    this.effects.push(effect);
  }

  send(message: AgentToMaster): void {
    this.effects.push({ type: "SEND", message });
  }

  event(stream: StreamId, event: executor.Event): void {
    this.effects.push({ type: "EVENT", stream, event });
  }

  timer(timer: AgentTimer, delayMs: number): void {
    this.effects.push({ type: "TIMER", timer, delayMs });
  }

  log(level: LogLevel, message: string, fields: LogFields = {}): void {
    this.effects.push({ type: "LOG", level, message, fields });
  }

  exit(status: number, message: string): void {
    this.state.phase = "EXITED";
    this.effects.push({ type: "EXIT", status, message });
  }

  /** A new UUID as it stands in a message. */
  uuid(): Base64 {
    return toBase64(uuidBytes(this.random));
  }

  containerId(): string {
    return uuidText(this.random);
  }
}
