import type { ContainerId } from "../base/ids.js";
import { serviceToken } from "../base/service-token.js";
import type { ContainerTermination } from "./container.js";

export interface LaunchRequest {
  readonly command: { readonly path: string; readonly argv: readonly string[] };
  readonly environment: Readonly<Record<string, string>>;
  readonly workingDirectory: string;
  readonly user?: string;
  readonly stdout: string;
  readonly stderr: string;
  readonly cgroups: readonly string[];
  /** Called with the pid of the container's first process, which does not exec before the promise has resolved. */
  readonly isolate: (pid: number) => Promise<void>;
}

/**
 * Starts and ends the processes of a container, and tells how the first of them ended. It owns nothing else: isolators
 * and the containerizer prepare and clean up.
 */
export interface Launcher {
  /** Takes containers of an earlier agent process over, and kills every other that it finds. */
  recover(containerIds: readonly ContainerId[]): Promise<void>;
  /** @returns the pid of the container's first process. */
  launch(containerId: ContainerId, request: LaunchRequest): Promise<number>;
  /** Resolves once the container's first process has ended; undefined for a container it does not know. */
  wait(containerId: ContainerId): Promise<ContainerTermination | undefined>;
  /** Signals every process of the container. */
  kill(containerId: ContainerId, signal: number): Promise<void>;
  /** SIGKILLs every process of the container and forgets it; resolves when none is left. */
  destroy(containerId: ContainerId): Promise<void>;
  dispose?(): Promise<void>;
}
export const Launcher = serviceToken<Launcher>("contracts/Launcher");
