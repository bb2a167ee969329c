import type { MasterEffect, MasterInput } from "../../core/master/master-io.js";
import { schedulerEvent } from "../../core/protocol/codecs.js";
import { Resources } from "../../core/resources/resources.js";
import { AGENT, type Roles, roleOf } from "./allocator-cluster.js";
import { bareMaster } from "./bare-master.js";
import type { Figures } from "./benchmark.js";
import { cpuMs } from "./calibration.js";

const RESOURCES = Resources.parse(AGENT).toWire();
const UUID = Buffer.alloc(16).toString("base64");

/** A master's machine with agents that have registered while there was nobody to make offers to. */
class OfferingMaster {
  encodedBytes = 0;
  private allocates = false;
  private readonly master = bareMaster();

  constructor(agents: number, frameworks: number, roles: Roles) {
    this.step({ type: "ELECTED", epoch: 1, registry: new Map() });
    for (let i = 0; i < agents; i++) this.step(registration(i));
    while (this.hasSlices) this.slice();
    for (let i = 0; i < frameworks; i++) this.step(subscription(i, roleOf(roles)(i)));
  }

  get hasSlices(): boolean {
    return this.allocates;
  }
  /** One slice, with the encoding of the events it has made. */
  slice(): void {
    this.allocates = false;
    this.step({ type: "ALLOCATE" });
  }

  private step(input: MasterInput): void {
    const effects: MasterEffect[] = [];
    this.master.step(input, 0, effects);
    for (const effect of effects) {
      if (effect.type === "PERSIST") this.step({ type: "PERSISTED", ticket: effect.ticket });
      else if (effect.type === "ALLOCATE") this.allocates = true;
      else if (effect.type === "EVENT") {
        this.encodedBytes += schedulerEvent.toJson(effect.event).length;
      }
    }
  }
}

function registration(index: number): MasterInput {
  return {
    type: "AGENT_MESSAGE",
    connection: `agent-${index}`,
    remoteAddress: "10.0.0.1",
    message: {
      type: "REGISTER_AGENT",
      agentInfo: { hostname: `host-${index}`, port: index, resources: RESOURCES },
      version: "0",
      capabilities: [{ type: "MULTI_ROLE" }, { type: "RESERVATION_REFINEMENT" }],
      checkpointedResources: [],
      resourceVersion: UUID,
    },
  };
}

function subscription(index: number, role: string): MasterInput {
  const framework_info = {
    user: "root",
    name: `framework-${index}`,
    roles: [role],
    capabilities: [{ type: "MULTI_ROLE" }, { type: "RESERVATION_REFINEMENT" }],
  } as const;
  return {
    type: "SCHEDULER_CALL",
    request: `request-${index}`,
    stream: `stream-${index}`,
    call: { type: "SUBSCRIBE", subscribe: { framework_info } },
  };
}

/**
 * All agents are offered to frameworks that have just subscribed, in slices of the master's budget. A slice counts with its
 * wall or CPU time, whichever is less: the one has other processes' turns in it, the other the garbage collector's threads.
 */
export function offerSlices(agents: number, frameworks: number, roles: Roles): Figures {
  const master = new OfferingMaster(agents, frameworks, roles);
  const spent: number[] = [];
  while (master.hasSlices) {
    const [startMs, startCpuMs] = [performance.now(), cpuMs()];
    master.slice();
    spent.push(Math.min(performance.now() - startMs, cpuMs() - startCpuMs));
  }
  const allMs = spent.reduce((sum, one) => sum + one, 0);
  return {
    longestMs: Math.max(...spent),
    medianMs: spent.sort((a, b) => a - b)[spent.length >> 1] ?? 0,
    allMs,
    slices: spent.length,
    perOfferUs: (allMs * 1000) / agents,
  };
}
