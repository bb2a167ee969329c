import type { ContainerId } from "../../../core/base/ids.js";
import { KernelError, messageOf } from "../../../core/base/kernel-error.js";
import { serviceNameOf } from "../../../core/base/service-name.js";
import type {
  ContainerConfig,
  ContainerLaunchInfo,
  ContainerLimitation,
  ContainerState,
  ContainerVolume,
} from "../../../core/contracts/container.js";
import type { Isolator } from "../../../core/contracts/isolator.js";
import { MessageError } from "../../../core/protocol/message-error.js";
import {
  enumName,
  list,
  message,
  optional,
  type Read,
  recordSchema,
  text,
} from "../../../core/protocol/record-schema.js";
import { isObject } from "../../../core/protocol/scalar-check.js";
import type { v1 } from "../../../core/protocol/v1.js";
import type { Resources } from "../../../core/resources/resources.js";

const texts: Read<Readonly<Record<string, string>>> = (value) => {
  if (!isObject(value)) throw MessageError.expected("an object", value);
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, text(one)]));
};
const symlink = recordSchema<NonNullable<ContainerLaunchInfo["symlinks"]>[number]>({
  path: text,
  target: text,
});
const launchInfo = recordSchema<ContainerLaunchInfo>({
  environment: optional(texts),
  workingDirectory: optional(text),
  symlinks: optional(list(symlink.read)),
  cgroups: optional(list(text)),
});
const limitation = recordSchema<ContainerLimitation>({
  reason: enumName<v1.TaskStatus.Reason>("mesos.v1.TaskStatus.Reason"),
  message: text,
  resources: list(message("mesos.v1.Resource")),
});

/**
 * An isolator behind checks: it may be anybody's module. Whatever fails in it says its name, and so does an answer that is
 * not what the contract says, which would else be told to the master and make it close the agent's connection.
 */
export class CheckedIsolator {
  readonly name: string;

  constructor(private readonly isolator: Isolator) {
    this.name = serviceNameOf(isolator);
  }

  recover(states: readonly ContainerState[]): Promise<void> {
    return this.attempt("failed to recover", () => this.isolator.recover?.(states));
  }

  prepare(
    containerId: ContainerId,
    config: ContainerConfig,
  ): Promise<ContainerLaunchInfo | undefined> {
    return this.attempt("failed to prepare", async () => {
      const info = await this.isolator.prepare?.(containerId, config);
      return info && launchInfo.read(info);
    });
  }

  isolate(containerId: ContainerId, pid: number): Promise<void> {
    return this.attempt("failed to isolate", () => this.isolator.isolate?.(containerId, pid));
  }

  /** Undefined where it does not watch. */
  watch(containerId: ContainerId): Promise<ContainerLimitation> | undefined {
    if (this.isolator.watch === undefined) return undefined;
    return this.attempt("failed", async () =>
      limitation.read(await this.isolator.watch?.(containerId)),
    );
  }

  update(
    containerId: ContainerId,
    resources: Resources,
    volumes: readonly ContainerVolume[],
  ): Promise<void> {
    return this.attempt("failed to update", () =>
      this.isolator.update?.(containerId, resources, volumes),
    );
  }

  async usage(containerId: ContainerId): Promise<Partial<v1.ResourceStatistics> | undefined> {
    return this.isolator.usage?.(containerId);
  }

  async status(containerId: ContainerId): Promise<v1.ContainerStatus | undefined> {
    return this.isolator.status?.(containerId);
  }

  cleanup(containerId: ContainerId): Promise<void> {
    return this.attempt("failed to clean up", () => this.isolator.cleanup?.(containerId));
  }

  private async attempt<T>(what: string, step: () => T | Promise<T>): Promise<Awaited<T>> {
    try {
      return await step();
    } catch (cause) {
      const problem = `isolator ${this.name} ${what}: ${messageOf(cause)}`;
      throw new KernelError("CONTAINER_FAILED", problem, { cause });
    }
  }
}
