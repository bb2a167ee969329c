import type { ContainerId } from "../base/ids.js";
import { serviceToken } from "../base/service-token.js";
import type { ContainerConfig } from "./container.js";

/** Brings a command's URIs into the sandbox before it starts; any failure fails the launch. */
export interface Fetcher {
  fetch(containerId: ContainerId, config: ContainerConfig): Promise<void>;
  /** Gives up a fetch under way. */
  kill(containerId: ContainerId): void;
}
export const Fetcher = serviceToken<Fetcher>("contracts/Fetcher");
