import type { ContainerId } from "../base/ids.js";
import { serviceToken } from "../base/service-token.js";
import type { v1 } from "../protocol/v1.js";
import type { Resources } from "../resources/resources.js";
import type {
  ContainerConfig,
  ContainerState,
  ContainerTermination,
  ContainerVolume,
} from "./container.js";

/**
 * Runs containers on an agent.
 *
 * Lifecycle: `recover` once, before anything else, with the containers the agent still wants; every other container it
 * finds is destroyed. Then for each container `launch`, `wait` (may be called at any time from then on, any number of
 * times), `update` while it runs, `kill` to signal it, and `destroy` to end it; destroying is legal in every phase, also
 * while `launch` is under way, whose promise then rejects. After the termination has been reported nothing of the
 * container is left but its sandbox.
 */
export interface Containerizer {
  recover(states: readonly ContainerState[]): Promise<void>;
  /**
   * Resolves once the container's command has been started.
   * @returns NOT_SUPPORTED where this containerizer is not made for such a container; the next one is asked.
   * @throws KernelError CONTAINER_FAILED, after all that had been prepared was cleaned up.
   */
  launch(
    containerId: ContainerId,
    config: ContainerConfig,
  ): Promise<
    { readonly type: "LAUNCHED"; readonly pid?: number } | { readonly type: "NOT_SUPPORTED" }
  >;
  /** Resolves when the container has ended and is cleaned up; undefined for a container it does not know. */
  wait(containerId: ContainerId): Promise<ContainerTermination | undefined>;
  /** Signals every process of the container. */
  kill(containerId: ContainerId, signal: number): Promise<void>;
  /** Ends the container with SIGKILL and cleans up; resolves when nothing of it runs any more. */
  destroy(containerId: ContainerId): Promise<void>;
  /** The container may use this much, and these volumes, from now on. Calls for one container take effect in order. */
  update?(
    containerId: ContainerId,
    resources: Resources,
    volumes: readonly ContainerVolume[],
  ): Promise<void>;
  usage?(containerId: ContainerId): Promise<v1.ResourceStatistics>;
  status?(containerId: ContainerId): Promise<v1.ContainerStatus>;
  containers(): readonly ContainerId[];
  /** Lets go of the containers without touching them: the agent process ends, they go on. */
  dispose?(): Promise<void>;
}
export const Containerizer = serviceToken<Containerizer>("contracts/Containerizer");
