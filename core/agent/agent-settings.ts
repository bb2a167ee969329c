import type { v1 } from "../protocol/v1.js";

/** What this agent can do, as it tells the master. */
export const agentCapabilities: readonly v1.AgentInfo.Capability[] = [
  { type: "MULTI_ROLE" },
  { type: "HIERARCHICAL_ROLE" },
  { type: "RESERVATION_REFINEMENT" },
  { type: "RESIZE_VOLUME" },
  { type: "AGENT_OPERATION_FEEDBACK" },
];

/** Everything an agent is told when it is made. Durations are in milliseconds; the defaults are Mesos'. */
export interface AgentSettings {
  /** Hostname, port, resources, attributes and domain; no id: that is checkpointed, or given by the master. */
  readonly agentInfo: v1.AgentInfo;
  readonly version: string;
  readonly capabilities: readonly v1.AgentInfo.Capability[];
  /** The address executors reach the agent at. */
  readonly ip: string;
  readonly port: number;
  readonly workDir: string;
  /** Differs after a reboot of the machine. */
  readonly bootId: string;
  readonly startTimeMs: number;
  readonly registrationBackoffFactorMs: number;
  readonly executorRegistrationTimeoutMs: number;
  readonly executorReregistrationTimeoutMs: number;
  readonly executorShutdownGracePeriodMs: number;
  readonly heartbeatIntervalMs: number;
  /** The first environment an executor gets; nothing else of the agent's own than `libprocessIp` is inherited. */
  readonly executorEnvironmentVariables: Readonly<Record<string, string>>;
  /** LIBPROCESS_IP of the agent's own environment: the address that executors listen on, too. */
  readonly libprocessIp?: string;
  /** Whether tasks run as their framework's or command's user. */
  readonly switchUser: boolean;
  /** What becomes of an agent that differs from its checkpoint; `replace`: it registers as a new one. */
  readonly reconfigurationPolicy: "equal" | "additive" | "replace";
  readonly recoveryTimeoutMs: number;
  readonly maxCompletedFrameworks: number;
  readonly maxCompletedExecutorsPerFramework: number;
  readonly maxCompletedTasksPerExecutor: number;
}

const SECOND = 1000;
const MINUTE = 60 * SECOND;

/** The defaults of every setting that has one. */
export const agentDefaults = {
  registrationBackoffFactorMs: SECOND,
  executorRegistrationTimeoutMs: MINUTE,
  executorReregistrationTimeoutMs: 2 * SECOND,
  executorShutdownGracePeriodMs: 5 * SECOND,
  heartbeatIntervalMs: 30 * MINUTE,
  executorEnvironmentVariables: {},
  switchUser: true,
  reconfigurationPolicy: "equal",
  recoveryTimeoutMs: 15 * MINUTE,
  maxCompletedFrameworks: 50,
  maxCompletedExecutorsPerFramework: 150,
  maxCompletedTasksPerExecutor: 200,
} as const satisfies Partial<AgentSettings>;
