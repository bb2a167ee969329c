import { readFile } from "node:fs/promises";
import type { Disposable } from "../base/disposable.js";
import { KernelError, messageOf } from "../base/kernel-error.js";
import type { Logger } from "../base/logger.js";
import type { Clock, Timer } from "../machine/runtime.js";

const INTERVAL_MS = 5_000;

interface Parts {
  readonly clock: Clock;
  readonly logger: Logger;
}

/**
 * A file of hostnames, one a line: the agents that are offered. It is read again every five seconds; while it cannot be
 * read, what it said last holds.
 */
export class WhitelistFile implements Disposable {
  private timer: Timer | undefined;
  private isReadable = true;
  private isDisposed = false;

  private constructor(
    private readonly path: string,
    private hostnames: readonly string[],
    private readonly parts: Parts,
  ) {}

  /** @throws KernelError naming the file, when it cannot be read. */
  static async open(path: string, parts: Parts): Promise<WhitelistFile> {
    try {
      return new WhitelistFile(path, await readHostnames(path), parts);
    } catch (cause) {
      const message = `whitelist: ${path} cannot be read: ${messageOf(cause)}`;
      throw new KernelError("CONFIGURATION_INVALID", message, { cause });
    }
  }

  /** Tells the hostnames now, and whenever they are others. */
  watch(onChange: (hostnames: readonly string[]) => void): void {
    onChange(this.hostnames);
    this.readLater(onChange);
  }

  private readLater(onChange: (hostnames: readonly string[]) => void): void {
    if (this.isDisposed) return;
    this.timer = this.parts.clock.schedule(INTERVAL_MS, () => void this.readAgain(onChange));
  }

  private async readAgain(onChange: (hostnames: readonly string[]) => void): Promise<void> {
    const hostnames = await this.readOrKeep();
    if (!this.isDisposed && hostnames.join() !== this.hostnames.join()) {
      this.hostnames = hostnames;
      onChange(hostnames);
    }
    this.readLater(onChange);
  }

  private async readOrKeep(): Promise<readonly string[]> {
    const { path } = this;
    try {
      const hostnames = await readHostnames(path);
      this.isReadable = true;
      return hostnames;
    } catch (error) {
      if (this.isReadable)
        this.parts.logger.warn("the whitelist cannot be read, and stays as it was", {
          path,
          error: messageOf(error),
        });
      this.isReadable = false;
      return this.hostnames;
    }
  }

  dispose(): void {
    this.isDisposed = true;
    this.timer?.dispose();
  }
}

async function readHostnames(path: string): Promise<readonly string[]> {
  const lines = (await readFile(path, "utf8")).split("\n").map((line) => line.trim());
  return lines.filter((line) => line !== "");
}
