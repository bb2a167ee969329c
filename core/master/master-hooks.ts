import { type Announcement, announcement, type Decorator, decorator } from "../base/hooks.js";
import type { Logger } from "../base/logger.js";
import { serviceToken } from "../base/service-token.js";
import { message } from "../protocol/record-schema.js";
import type { v1 } from "../protocol/v1.js";
import { readResources } from "../resources/read-resources.js";
import type { Resources } from "../resources/resources.js";

/**
 * Where plugins join in on a master. Made once a kernel and tapped before it starts; taps run in the order of the
 * configuration, synchronously and inside `step`, so they must neither wait nor change what they are given.
 * A result that is not of the hook's type is logged and skipped.
 */
export class MasterHooks {
  /** The labels of a task, right before it is sent to its agent; once a task (masterLaunchTaskLabelDecorator). */
  readonly launchTaskLabels: Decorator<
    v1.Labels,
    [task: v1.TaskInfo, framework: v1.FrameworkInfo, agent: v1.AgentInfo]
  >;
  /** The resources of a task in an ACCEPT, before it is validated (masterLaunchTaskResourceDecorator). */
  readonly launchTaskResources: Decorator<
    readonly v1.Resource[],
    [task: v1.TaskInfo, agentTotal: Resources]
  >;
  /** An agent was removed, became unreachable or is gone; its frameworks have been told (masterSlaveLostHook). */
  readonly agentLost: Announcement<[agent: v1.AgentInfo]>;

  constructor(logger: Logger) {
    this.launchTaskLabels = decorator(
      "launchTaskLabels",
      ["value", "task", "framework", "agent"],
      logger,
      message("mesos.v1.Labels"),
    );
    this.launchTaskResources = decorator(
      "launchTaskResources",
      ["value", "task", "agentTotal"],
      logger,
      readResources,
    );
    this.agentLost = announcement("agentLost", ["agent"], logger);
  }
}
/** The hooks of the one master in a kernel. */
export const masterHooksToken = serviceToken<MasterHooks>("master/MasterHooks");
