import type { VirtualClock } from "./virtual-clock.js";

/** What happened, a line each, for people to read: `12.345s agent-2 -> master STATUS_UPDATE task-7 TASK_FINISHED`. */
export class Transcript {
  private lines: string[] = [];
  /** Ids that a machine has made up, and what people call the thing. */
  private readonly names = new Map<string, string>();

  constructor(
    private readonly clock: VirtualClock,
    private readonly capacity: number,
  ) {}

  get enabled(): boolean {
    return this.capacity > 0;
  }

  /** From here on `id` is written as `name`. */
  name(id: string, name: string): void {
    this.names.set(id, name);
  }

  nameOf(id: string | undefined): string {
    return id === undefined ? "?" : (this.names.get(id) ?? id);
  }

  /** `text` is only made where somebody reads it; undefined: not worth a line. */
  note(text: () => string | undefined): void {
    if (!this.enabled) return;
    const line = text();
    if (line === undefined) return;
    this.lines.push(`${(this.clock.elapsedMs / 1000).toFixed(3)}s ${line}`);
    if (this.lines.length > 2 * this.capacity) this.lines = this.lines.slice(-this.capacity);
  }

  /** The last lines, the latest at the end. */
  tail(count = this.capacity): string[] {
    return this.lines.slice(-count);
  }
}
