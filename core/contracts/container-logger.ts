import type { ContainerId } from "../base/ids.js";
import { serviceToken } from "../base/service-token.js";
import type { ContainerConfig } from "./container.js";

/** Decides where a container's output goes. The files outlive the agent process; nothing is piped through it. */
export interface ContainerLogger {
  /** @returns the absolute paths that stdout and stderr are appended to; the files exist and belong to the user. */
  prepare(
    containerId: ContainerId,
    config: ContainerConfig,
  ): Promise<{ readonly stdout: string; readonly stderr: string }>;
}
export const ContainerLogger = serviceToken<ContainerLogger>("contracts/ContainerLogger");
