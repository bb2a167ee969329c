import type { RequestId } from "../base/ids.js";
import type { LogFields, LogLevel } from "../base/logger.js";
import type { Random } from "../base/random.js";
import type { Allocator } from "../contracts/allocator.js";
import type { MasterToAgent } from "../protocol/agent-protocol.js";
import type { scheduler } from "../protocol/v1.js";
import type { MasterHooks } from "./master-hooks.js";
import type { MasterEffect, MasterTimer } from "./master-io.js";
import type { MasterSettings } from "./master-settings.js";
import type { Agent, Framework, MasterState } from "./master-state.js";

export interface MasterParts {
  readonly settings: MasterSettings;
  readonly allocator: Allocator;
  readonly random: Random;
  readonly hooks: MasterHooks;
}

/** What every part of the master works with: the state, the modules it asks, and the effects of the current step. */
export class MasterContext {
  nowMs = 0;
  effects: MasterEffect[] = [];
  readonly settings: MasterSettings;
  readonly allocator: Allocator;
  readonly hooks: MasterHooks;
  readonly random: Random;

  constructor(
    parts: MasterParts,
    readonly state: MasterState,
  ) {
    this.settings = parts.settings;
    this.allocator = parts.allocator;
    this.hooks = parts.hooks;
    this.random = parts.random;
  }

  push(effect: MasterEffect): void {
    this.effects.push(effect);
  }

  log(level: LogLevel, message: string, fields: LogFields = {}): void {
    this.effects.push({ type: "LOG", level, message, fields });
  }

  timer(timer: MasterTimer, delayMs: number): void {
    this.effects.push({ type: "TIMER", timer, delayMs });
  }

  respond(request: RequestId, status: number, message?: string): void {
    this.effects.push({
      type: "RESPOND",
      request,
      status,
      ...(message !== undefined && { message }),
    });
  }

  /** Tells a framework; one that is not connected misses it and reconciles when it is back. */
  event(framework: Framework, event: scheduler.Event): void {
    if (framework.stream === undefined) return;
    this.effects.push({ type: "EVENT", stream: framework.stream, event });
  }

  /** Tells an agent; one that is not connected is told what still matters when it registers again. */
  send(agent: Agent, message: MasterToAgent): void {
    if (agent.connection === undefined) return;
    this.effects.push({ type: "SEND", connection: agent.connection, message });
  }

  count(metric: string): void {
    this.state.metrics.increment(metric);
  }
}
