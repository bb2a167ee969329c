/** What the emulated agents do with a task once its TASK_RUNNING is acknowledged. */
export type AgentPolicy =
  /** Nothing more. */
  | { readonly type: "KEEP" }
  /** The task ends, and its resources are free again. */
  | { readonly type: "FINISH" }
  /** Another update at once: as many as the other side takes. */
  | { readonly type: "REPEAT" }
  /** Another update when it is its turn: so many a second over all tasks. */
  | { readonly type: "RATE"; readonly updatesPerSecond: number };

/** What the process of the emulated agents is told. */
export type AgentsOrder =
  | {
      readonly type: "CONNECT";
      readonly url: string;
      readonly agents: number;
      readonly cpus: number;
    }
  /** Begins a new count. `notifyAt`: a REACHED follows when so many tasks run and are acknowledged. */
  | { readonly type: "POLICY"; readonly policy: AgentPolicy; readonly notifyAt?: number }
  | { readonly type: "COUNT" };

/** Since the last POLICY. */
export interface AgentsCount {
  /** Tasks whose TASK_RUNNING has been acknowledged. */
  readonly running: number;
  /** Updates that have been acknowledged. */
  readonly acknowledged: number;
  /** From sending an update to its acknowledgement. */
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly maxMs: number;
}
export type AgentsReply =
  | { readonly type: "REGISTERED" }
  | { readonly type: "REACHED" }
  | { readonly type: "COUNTED"; readonly count: AgentsCount };

export type CallEncoding = "json" | "protobuf";

/** What the process of a scheduler is told. */
export type SchedulerOrder =
  | { readonly type: "SUBSCRIBE"; readonly port: number; readonly encoding: CallEncoding }
  /** `tasks` to launch in all, as many on each offer as fit. */
  | { readonly type: "LAUNCH"; readonly tasks: number };
export type SchedulerReply = { readonly type: "SUBSCRIBED" };

/** What one task of a benchmark asks for. */
export const TASK_CPUS = 0.1;
export const TASK_MEM = 32;

/** What the process of a master answers to a PROBE: how it is doing, since the last one. */
export interface ProbeReading {
  /** The longest time that passed between two turns of its event loop. */
  readonly stallMs: number;
  /** The most CPU time that its thread used between two turns: without what others on the machine took. */
  readonly stallCpuMs: number;
  /** After a collection, if one was asked for. */
  readonly heapMib: number;
  readonly residentMib: number;
}
export interface ProbeOrder {
  readonly type: "PROBE";
  readonly collect: boolean;
  /** Starts a CPU profile, or stops it and writes it to the folder. */
  readonly profile?: { readonly folder: string; readonly action: "START" | "STOP" };
}
