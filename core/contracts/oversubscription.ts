import type { ContainerId, ExecutorId, FrameworkId } from "../base/ids.js";
import { serviceToken } from "../base/service-token.js";
import type { v1 } from "../protocol/v1.js";

/** What every executor on the agent uses now. */
export type UsageSource = () => Promise<v1.ResourceUsage>;

/** Says how much of the agent's idle resources may be lent out, all of it revocable. */
export interface ResourceEstimator {
  oversubscribable(usage: UsageSource): Promise<readonly v1.Resource[]>;
}
export const ResourceEstimator = serviceToken<ResourceEstimator>("contracts/ResourceEstimator");

export interface QosCorrection {
  readonly type: "KILL";
  readonly frameworkId: FrameworkId;
  readonly executorId: ExecutorId;
  readonly containerId: ContainerId;
}
/** Says which revocable executors have to go so that the others keep what they were promised. */
export interface QosController {
  corrections(usage: UsageSource): Promise<readonly QosCorrection[]>;
}
export const QosController = serviceToken<QosController>("contracts/QosController");
