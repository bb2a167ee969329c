import { type Random, uuidBytes } from "../../core/base/random.js";
import type { AgentToMaster, MasterToAgent } from "../../core/protocol/agent-protocol.js";
import { toBase64 } from "../../core/protocol/base64.js";
import type { Messages } from "../../core/protocol/generated/schema.js";
import { type MessageName, planOf } from "../../core/protocol/plan.js";
import { randomBytes, randomMessage } from "./random-message.js";

/** Draws what the messages between master and agent are made of. */
class Sampler {
  constructor(private readonly random: Random) {}

  v1<N extends MessageName>(name: N): Messages[N] {
    return randomMessage(planOf(name), this.random) as unknown as Messages[N];
  }
  list<T>(make: () => T): T[] {
    return Array.from({ length: this.random.integer(3) }, make);
  }
  uuid(): string {
    return toBase64(uuidBytes(this.random));
  }
  data(): string {
    return toBase64(randomBytes(this.random, this.random.integer(50)));
  }
  id(): string {
    return `id-${this.random.integer(1000)}`;
  }
  /** `field`, or nothing: an optional field that is not set is not there. */
  maybe<T extends object>(field: T): T | Record<never, never> {
    return this.random.integer(2) === 0 ? field : {};
  }
}

/** One random message of every type that an agent sends, in canonical form. */
export function sampleAgentToMaster(random: Random): AgentToMaster[] {
  const s = new Sampler(random);
  const agentId = s.id();
  const framework = { frameworkId: s.id() };
  const executor = { ...framework, executorId: s.id() };
  const registration = {
    agentInfo: s.v1("mesos.v1.AgentInfo"),
    version: "1.2.3",
    capabilities: s.list(() => s.v1("mesos.v1.AgentInfo.Capability")),
    checkpointedResources: s.list(() => s.v1("mesos.v1.Resource")),
    resourceVersion: s.uuid(),
  };
  const update = {
    ...framework,
    ...s.maybe({ executorId: s.id() }),
    status: s.v1("mesos.v1.TaskStatus"),
    latestState: "TASK_RUNNING",
  } as const;
  return [
    { type: "REGISTER_AGENT", ...registration },
    {
      type: "REREGISTER_AGENT",
      ...registration,
      frameworks: s.list(() => ({ frameworkInfo: s.v1("mesos.v1.FrameworkInfo") })),
      executors: s.list(() => ({ ...framework, executorInfo: s.v1("mesos.v1.ExecutorInfo") })),
      tasks: s.list(() => s.v1("mesos.v1.Task")),
      operations: s.list(() => s.v1("mesos.v1.Operation")),
    },
    { type: "UNREGISTER_AGENT", agentId },
    { type: "PONG", agentId },
    { type: "STATUS_UPDATE", agentId, update },
    { type: "EXECUTOR_MESSAGE", agentId, ...executor, data: s.data() },
    { type: "EXITED_EXECUTOR", agentId, ...executor, status: -1 },
    {
      type: "UPDATE_AGENT",
      agentId,
      resourceVersion: s.uuid(),
      ...s.maybe({ oversubscribed: s.list(() => s.v1("mesos.v1.Resource")) }),
    },
    {
      type: "OPERATION_STATUS_UPDATE",
      agentId,
      ...s.maybe(framework),
      operationUuid: s.uuid(),
      status: s.v1("mesos.v1.OperationStatus"),
      ...s.maybe({ latestStatus: s.v1("mesos.v1.OperationStatus") }),
    },
  ];
}

/** One random message of every type that a master sends, in canonical form. */
export function sampleMasterToAgent(random: Random): MasterToAgent[] {
  const s = new Sampler(random);
  const framework = { frameworkId: s.id() };
  const executor = { ...framework, executorId: s.id() };
  const task = { ...framework, taskId: s.id() };
  const launch = {
    frameworkInfo: s.v1("mesos.v1.FrameworkInfo"),
    launchExecutor: true,
    resourceVersion: s.uuid(),
  };
  const executorInfo = { executor: s.v1("mesos.v1.ExecutorInfo") };
  return [
    { type: "AGENT_REGISTERED", agentId: s.id(), pingTimeoutMs: 75_000 },
    {
      type: "AGENT_REREGISTERED",
      agentId: s.id(),
      pingTimeoutMs: 75_000,
      reconcile: s.list(() => ({
        ...task,
        ...s.maybe({ executorId: s.id() }),
        partitionAware: random.integer(2) === 0,
        ...s.maybe({ status: s.v1("mesos.v1.TaskStatus") }),
      })),
    },
    { type: "PING", connected: random.integer(2) === 0 },
    { type: "SHUTDOWN_AGENT", message: "draining" },
    { type: "RUN_TASK", ...launch, task: s.v1("mesos.v1.TaskInfo"), ...s.maybe(executorInfo) },
    {
      type: "RUN_TASK_GROUP",
      ...launch,
      ...executorInfo,
      taskGroup: s.v1("mesos.v1.TaskGroupInfo"),
    },
    { type: "KILL_TASK", ...task, ...s.maybe({ killPolicy: s.v1("mesos.v1.KillPolicy") }) },
    { type: "ACKNOWLEDGE_STATUS_UPDATE", ...task, uuid: s.uuid() },
    { type: "FRAMEWORK_MESSAGE", ...executor, data: s.data() },
    { type: "SHUTDOWN_EXECUTOR", ...executor },
    { type: "SHUTDOWN_FRAMEWORK", ...framework },
    { type: "UPDATE_FRAMEWORK", frameworkInfo: launch.frameworkInfo },
    {
      type: "APPLY_OPERATION",
      ...s.maybe(framework),
      operation: s.v1("mesos.v1.Offer.Operation"),
      operationUuid: s.uuid(),
      resourceVersion: s.uuid(),
    },
    { type: "ACKNOWLEDGE_OPERATION_STATUS", operationUuid: s.uuid(), statusUuid: s.uuid() },
    {
      type: "RECONCILE_OPERATIONS",
      operations: s.list(() => ({
        ...s.maybe(framework),
        operationUuid: s.uuid(),
        ...s.maybe({ operationId: s.v1("mesos.v1.OperationID") }),
      })),
    },
  ];
}
