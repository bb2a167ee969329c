import type { Random } from "../../../core/base/random.js";
import { between, chance } from "../chance.js";
import type { VirtualClock } from "../virtual-clock.js";

/** A machine's name; links are between hosts. */
export type HostName = string;

/** What a network does to what is sent over it. Probabilities run from 0 to 1 and are taken anew for each message. */
export interface NetworkFaults {
  readonly minDelayMs: number;
  readonly maxDelayMs: number;
  /** A lost message takes its connection with it; a lost call or answer only itself. */
  readonly loss: number;
  /** A call that arrives twice. */
  readonly repeat: number;
  /** Stops a link, one way, for up to `maxClogMs`. */
  readonly clog: number;
  readonly maxClogMs: number;
}

/** Nothing but a little delay. */
export const quietNetwork: NetworkFaults = {
  minDelayMs: 1,
  maxDelayMs: 5,
  loss: 0,
  repeat: 0,
  clog: 0,
  maxClogMs: 0,
};

/** What a partition keeps back: all that passes its border, only what enters it, or only what leaves it. */
export type PartitionDirection = "both" | "in" | "out";

interface Partition {
  readonly members: ReadonlySet<HostName>;
  readonly direction: PartitionDirection;
}

interface Doom {
  readonly from: HostName;
  readonly to: HostName;
  readonly isIt: (message: unknown) => boolean;
}

/** The links between hosts: how long they take, what they lose and who is cut off from whom. */
export class Network {
  private readonly partitions = new Map<number, Partition>();
  private readonly clogs = new Map<string, number>();
  private readonly down = new Set<HostName>();
  private readonly doomed: Doom[] = [];
  private nextPartition = 0;

  constructor(
    readonly clock: VirtualClock,
    readonly random: Random,
    public faults: NetworkFaults,
  ) {}

  /** @returns what {@link heal} takes. */
  partition(members: Iterable<HostName>, direction: PartitionDirection): number {
    const id = this.nextPartition++;
    this.partitions.set(id, { members: new Set(members), direction });
    return id;
  }

  heal(partition: number): void {
    this.partitions.delete(partition);
  }

  healAll(): void {
    this.partitions.clear();
    this.clogs.clear();
  }

  /** A host that is down answers nothing at all, not even that a connection is no more. */
  setDown(host: HostName, down: boolean): void {
    if (down) this.down.add(host);
    else this.down.delete(host);
  }

  /** Whether what `from` sends does not reach `to` now. */
  isBlocked(from: HostName, to: HostName): boolean {
    if (from === to) return false;
    if (this.down.has(to) || this.down.has(from)) return true;
    for (const { members, direction } of this.partitions.values()) {
      const fromInside = members.has(from);
      if (fromInside === members.has(to)) continue;
      if (direction === "both" || (direction === "out") === fromInside) return true;
    }
    return false;
  }

  /** How long the next message takes. */
  delayMs(from: HostName, to: HostName): number {
    if (from === to) return 0;
    const { minDelayMs, maxDelayMs, clog, maxClogMs } = this.faults;
    const delayMs = between(this.random, minDelayMs, maxDelayMs);
    if (clog === 0 && this.clogs.size === 0) return delayMs;
    const link = `${from}>${to}`;
    if (chance(this.random, clog))
      this.clogs.set(link, this.clock.elapsedMs + between(this.random, 0, maxClogMs));
    return delayMs + Math.max(0, (this.clogs.get(link) ?? 0) - this.clock.elapsedMs);
  }

  /** The next message from one to the other that is such a one is lost. */
  loseNext(from: HostName, to: HostName, isIt: (message: unknown) => boolean): void {
    this.doomed.push({ from, to, isIt });
  }

  loses(from: HostName, to: HostName, message?: unknown): boolean {
    if (from === to) return false;
    const doom = this.doomed.findIndex(
      (one) => one.from === from && one.to === to && one.isIt(message),
    );
    if (doom >= 0) this.doomed.splice(doom, 1);
    return doom >= 0 || chance(this.random, this.faults.loss);
  }

  repeats(from: HostName, to: HostName): boolean {
    return from !== to && chance(this.random, this.faults.repeat);
  }
}
