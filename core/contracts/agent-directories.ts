import { serviceToken } from "../base/service-token.js";

/** Where an agent keeps its files. */
export interface AgentDirectories {
  /** Survives a reboot: sandboxes, checkpoints, logs. */
  readonly workDir: string;
  /** Gone after a reboot, like what it describes: mounts, running containers. */
  readonly runtimeDir: string;
}
export const AgentDirectories = serviceToken<AgentDirectories>("contracts/AgentDirectories");
