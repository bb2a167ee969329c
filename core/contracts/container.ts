import type { ContainerId } from "../base/ids.js";
import type { v1 } from "../protocol/v1.js";
import type { Resources } from "../resources/resources.js";

/** What is to run: what containerizer, isolators, logger and launcher need to know of a container. */
export interface ContainerConfig {
  /** Absent for a custom executor's own container. */
  readonly taskInfo?: v1.TaskInfo;
  readonly executorInfo: v1.ExecutorInfo;
  readonly frameworkInfo: v1.FrameworkInfo;
  readonly command: v1.CommandInfo;
  readonly container?: v1.ContainerInfo;
  readonly resources: Resources;
  /** The persistent volumes among the resources. */
  readonly volumes: readonly ContainerVolume[];
  /** The sandbox, an absolute path on the agent. */
  readonly directory: string;
  /** The environment made by the agent (docs: executor environment); CommandInfo's own wins over it. */
  readonly environment: Readonly<Record<string, string>>;
  /** Who the container runs as; undefined: as the agent itself. */
  readonly user?: string;
}

/** A directory of the agent's that a container finds at `containerPath`, relative to its sandbox unless it begins with `/`. */
export interface ContainerVolume {
  readonly containerPath: string;
  readonly hostPath: string;
  readonly readOnly: boolean;
}

/** What one isolator adds to a launch. Later isolators win where names collide. */
export interface ContainerLaunchInfo {
  readonly environment?: Readonly<Record<string, string>>;
  readonly workingDirectory?: string;
  /** Symbolic links to make before the launch, `path` relative to the sandbox. */
  readonly symlinks?: readonly { readonly path: string; readonly target: string }[];
  /** Cgroup directories that the container's first process enters before it execs. */
  readonly cgroups?: readonly string[];
}

/** How a container ended. Exactly one of `exitCode` and `signal` is set, unless neither is known. */
export interface ContainerTermination {
  readonly exitCode?: number;
  /** The signal's number, e.g. 9. */
  readonly signal?: number;
  /** Why the kernel ended it, where it did: state, reason and message for the task's last update. */
  readonly state?: v1.TaskState;
  readonly reason?: v1.TaskStatus.Reason;
  readonly message?: string;
  readonly limitedResources?: readonly v1.Resource[];
}

/** A resource limit that was reached: the agent destroys the container for it. */
export interface ContainerLimitation {
  readonly reason: v1.TaskStatus.Reason;
  readonly message: string;
  readonly resources: readonly v1.Resource[];
}

/** A container that a recovering agent still knows from its checkpoints. */
export interface ContainerState {
  readonly containerId: ContainerId;
  readonly executorInfo: v1.ExecutorInfo;
  readonly directory: string;
  readonly pid?: number;
}

/** The wait status of `waitpid`, as Mesos reports it for executors; -1 where it is unknown. */
export function toWaitStatus({ exitCode, signal }: ContainerTermination): number {
  if (exitCode !== undefined) return exitCode << 8;
  return signal ?? -1;
}
