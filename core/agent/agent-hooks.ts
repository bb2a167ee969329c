import { type Announcement, announcement, type Decorator, decorator } from "../base/hooks.js";
import type { FrameworkId } from "../base/ids.js";
import type { Logger } from "../base/logger.js";
import { serviceToken } from "../base/service-token.js";
import { list, message } from "../protocol/record-schema.js";
import type { v1 } from "../protocol/v1.js";
import { readResources } from "../resources/read-resources.js";
import { readEnvironment } from "./read-environment.js";

/**
 * Where plugins join in on an agent. Made once a kernel and tapped before it starts; taps run in the order of the
 * configuration, synchronously and inside `step`, so they must neither wait nor change what they are given.
 * A result that is not of the hook's type is logged and skipped.
 */
export class AgentHooks {
  /** The labels of a task that has arrived, before it is launched (slaveRunTaskLabelDecorator). */
  readonly runTaskLabels: Decorator<
    v1.Labels,
    [task: v1.TaskInfo, executor: v1.ExecutorInfo, framework: v1.FrameworkInfo, agent: v1.AgentInfo]
  >;
  /** An executor's environment once it is complete, `MESOS_*` included (slaveExecutorEnvironmentDecorator). */
  readonly executorEnvironment: Decorator<
    Readonly<Record<string, string>>,
    [executor: v1.ExecutorInfo]
  >;
  /** The agent forgets an executor (slaveRemoveExecutorHook). */
  readonly removeExecutor: Announcement<[framework: v1.FrameworkInfo, executor: v1.ExecutorInfo]>;
  /**
   * A task's status on its way to the master, before it is checkpointed. The agent takes `labels` and
   * `container_status` over from what comes back, and nothing else (slaveTaskStatusDecorator).
   */
  readonly taskStatus: Decorator<v1.TaskStatus, [frameworkId: FrameworkId]>;
  /** The agent's resources, before it registers (slaveResourcesDecorator). */
  readonly agentResources: Decorator<readonly v1.Resource[], [agent: v1.AgentInfo]>;
  /** The agent's attributes, before it registers (slaveAttributesDecorator). */
  readonly agentAttributes: Decorator<readonly v1.Attribute[], [agent: v1.AgentInfo]>;

  constructor(logger: Logger) {
    this.runTaskLabels = decorator(
      "runTaskLabels",
      ["value", "task", "executor", "framework", "agent"],
      logger,
      message("mesos.v1.Labels"),
    );
    this.executorEnvironment = decorator(
      "executorEnvironment",
      ["value", "executor"],
      logger,
      readEnvironment,
    );
    this.removeExecutor = announcement("removeExecutor", ["framework", "executor"], logger);
    this.taskStatus = decorator(
      "taskStatus",
      ["value", "frameworkId"],
      logger,
      message("mesos.v1.TaskStatus"),
    );
    this.agentResources = decorator("agentResources", ["value", "agent"], logger, readResources);
    this.agentAttributes = decorator(
      "agentAttributes",
      ["value", "agent"],
      logger,
      list(message("mesos.v1.Attribute")),
    );
  }
}
/** The hooks of the one agent in a kernel. */
export const agentHooksToken = serviceToken<AgentHooks>("agent/AgentHooks");
