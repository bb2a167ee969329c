import type { ContainerId } from "../base/ids.js";
import { serviceToken } from "../base/service-token.js";
import type { v1 } from "../protocol/v1.js";
import type { Resources } from "../resources/resources.js";
import type {
  ContainerConfig,
  ContainerLaunchInfo,
  ContainerLimitation,
  ContainerState,
  ContainerVolume,
} from "./container.js";

/** Isolators prepare in this order, and clean up in reverse. */
export const isolatorStages = [
  "filesystem",
  "runtime",
  "volume",
  "disk",
  "gpu",
  "network",
  "other",
] as const;
export type IsolatorStage = (typeof isolatorStages)[number];

/**
 * Limits or reports one aspect of a container. Every step is optional; absent means there is nothing to do.
 *
 * Lifecycle: `recover` once, before any other call. For each container: `prepare` (one isolator after the other, before
 * the container's first process exists), `isolate` (its first process exists and waits), then `watch`, `update`, `usage`
 * and `status` while it runs, and `cleanup` once, after its processes are gone. `cleanup` is also called for a container
 * whose launch failed anywhere, and must tolerate one it never saw.
 */
export interface Isolator {
  recover?(states: readonly ContainerState[]): Promise<void>;
  prepare?(
    containerId: ContainerId,
    config: ContainerConfig,
  ): Promise<ContainerLaunchInfo | undefined>;
  isolate?(containerId: ContainerId, pid: number): Promise<void>;
  /** Pending while all is well; resolving it makes the agent destroy the container. */
  watch?(containerId: ContainerId): Promise<ContainerLimitation>;
  /** The container may use this much, and these volumes, from now on. */
  update?(
    containerId: ContainerId,
    resources: Resources,
    volumes: readonly ContainerVolume[],
  ): Promise<void>;
  /** Merged over all isolators. `timestamp` is the caller's. */
  usage?(containerId: ContainerId): Promise<Partial<v1.ResourceStatistics>>;
  status?(containerId: ContainerId): Promise<v1.ContainerStatus>;
  /** The container's end waits for it, but not for ever. */
  cleanup?(containerId: ContainerId): Promise<void>;
}
export const Isolator = serviceToken<Isolator>("contracts/Isolator");
