import type { ContainerId } from "../../../core/base/ids.js";
import { KernelError, messageOf } from "../../../core/base/kernel-error.js";
import type { LogFields, Logger } from "../../../core/base/logger.js";
import { serviceNameOf } from "../../../core/base/service-name.js";
import type {
  ContainerConfig,
  ContainerLaunchInfo,
  ContainerLimitation,
  ContainerState,
  ContainerVolume,
} from "../../../core/contracts/container.js";
import type { Isolator } from "../../../core/contracts/isolator.js";
import type { Clock, Timer } from "../../../core/machine/runtime.js";
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

/** How long a container's end waits for an isolator: a task is told of as running until then. */
const CLEANUP_LIMIT_MS = 60_000;

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
const statistics = message("mesos.v1.ResourceStatistics");
const status = message("mesos.v1.ContainerStatus");

/**
 * An isolator behind checks: it may be anybody's module. Whatever fails in it says its name, and so does an answer that is
 * not what the contract says, which would else be told to the master and make it close the agent's connection.
 */
export class CheckedIsolator {
  private readonly name: string;
  private readonly complaints = new Set<string>();

  constructor(
    private readonly isolator: Isolator,
    private readonly logger: Logger,
    private readonly clock: Clock,
  ) {
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
      return info && checked("launch information", launchInfo.read, info);
    });
  }

  isolate(containerId: ContainerId, pid: number): Promise<void> {
    return this.attempt("failed to isolate", () => this.isolator.isolate?.(containerId, pid));
  }

  /** Undefined where it does not watch. */
  watch(containerId: ContainerId): Promise<ContainerLimitation> | undefined {
    if (this.isolator.watch === undefined) return undefined;
    return this.attempt("failed", async () =>
      checked("limitation", limitation.read, await this.isolator.watch?.(containerId)),
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

  /** Without a timestamp, which is the caller's. Undefined where it says nothing or fails. */
  usage(containerId: ContainerId): Promise<Partial<v1.ResourceStatistics> | undefined> {
    return this.ask("usage", containerId, async () => {
      const answer = await this.isolator.usage?.(containerId);
      if (!answer) return undefined;
      const whole = { ...answer, timestamp: 0 };
      const { timestamp: _, ...usage } = checked("usage", statistics, whole);
      return usage;
    });
  }

  /** Undefined where it says nothing or fails. */
  status(containerId: ContainerId): Promise<v1.ContainerStatus | undefined> {
    return this.ask("status", containerId, async () => {
      const answer = await this.isolator.status?.(containerId);
      return answer && checked("status", status, answer);
    });
  }

  /**
   * Never rejects, and does not wait for ever: the others still have to clean up, and the processes are gone, so the
   * container has ended.
   */
  async cleanup(containerId: ContainerId): Promise<void> {
    let timer: Timer | undefined;
    const late = new Promise<void>((resolve) => {
      timer = this.clock.schedule(CLEANUP_LIMIT_MS, () => {
        const problem = `has not cleaned up within ${CLEANUP_LIMIT_MS / 1000} s`;
        this.logger.warn(`isolator ${this.name} ${problem}: the container ends without it`, {
          containerId,
        });
        resolve();
      });
    });
    await Promise.race([this.tryCleanup(containerId), late]);
    timer?.dispose();
  }

  private async tryCleanup(containerId: ContainerId): Promise<void> {
    try {
      await this.isolator.cleanup?.(containerId);
    } catch (cause) {
      this.logger.error(`isolator ${this.name} failed to clean up`, reasonOf(containerId, cause));
    }
  }

  /** What the other isolators say is not lost for one that fails, which is logged once: people may ask every second. */
  private async ask<T>(
    what: string,
    containerId: ContainerId,
    read: () => Promise<T>,
  ): Promise<T | undefined> {
    try {
      return await read();
    } catch (cause) {
      if (this.complaints.has(what)) return undefined;
      this.complaints.add(what);
      const problem = `isolator ${this.name} failed to tell a container's ${what}`;
      this.logger.warn(`${problem}; this is not logged again`, reasonOf(containerId, cause));
      return undefined;
    }
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

/** Begins the path of what does not fit with what it is. */
function checked<T>(what: string, read: Read<T>, answer: unknown): T {
  try {
    return read(answer);
  } catch (error) {
    throw MessageError.within(error, `.${what}`);
  }
}

/** A logger leaves fields out that are undefined. */
function reasonOf(containerId: ContainerId, cause: unknown): LogFields {
  return { containerId, cause: cause ?? messageOf(cause) };
}
