import { closeSync, openSync, readSync } from "node:fs";
import { readdir, readFile } from "node:fs/promises";
import { setImmediate, setTimeout } from "node:timers/promises";
import {
  containerMarker,
  isDead,
  type ProcessEntry,
  ProcessSnapshot,
  parseStat,
} from "./process-snapshot.js";

/** About a millisecond of reading: longer slices would hold the event loop. */
const PROCESSES_PER_SLICE = 64;
const STAT_BYTES_MAX = 1024;
const EXEC_MS_MAX = 1_000;

/** Reads `/proc`. All who ask in the same while share one reading, so that a thousand containers end at the price of one. */
export class ProcessTable {
  /** Processes whose children are known to those who asked for them: no marker is looked for. */
  readonly starters = new Set<number>();
  private readonly buffer = Buffer.allocUnsafe(STAT_BYTES_MAX);
  private current: Promise<ProcessSnapshot> | undefined;
  private next: Promise<ProcessSnapshot> | undefined;
  /** Marker by pid and start time; an environment is read once in a process' life. */
  private markers = new Map<string, string>();
  /** Who was found dead last time: whoever is dead since has ended meanwhile, perhaps in the middle of the reading. */
  private dead: ReadonlySet<string> = new Set();

  /** @returns the processes as they are at some time after the call. */
  snapshot(): Promise<ProcessSnapshot> {
    if (this.current === undefined) return this.start();
    this.next ??= this.current.then(
      () => this.start(),
      () => this.start(),
    );
    return this.next;
  }

  /** One process, now. */
  read(pid: number): ProcessEntry | undefined {
    let file: number;
    try {
      file = openSync(`/proc/${pid}/stat`, "r");
    } catch {
      return undefined;
    }
    try {
      const length = readSync(file, this.buffer, 0, STAT_BYTES_MAX, 0);
      return parseStat(this.buffer.toString("latin1", 0, length));
    } catch {
      return undefined;
    } finally {
      closeSync(file);
    }
  }

  private start(): Promise<ProcessSnapshot> {
    this.next = undefined;
    const startMs = performance.now();
    const result = this.scan();
    // Whoever asks next waits as long as this took: reading takes half of one processor at the most.
    const rested = result.then(() => setTimeout(performance.now() - startMs));
    this.current = rested.then(
      () => result,
      () => result,
    );
    const settled = this.current;
    const forget = (): void => {
      if (this.current === settled) this.current = undefined;
    };
    settled.then(forget, forget);
    return result;
  }

  private async scan(): Promise<ProcessSnapshot> {
    const entries = new Map<number, ProcessEntry>();
    const pids = (await readdir("/proc")).filter((name) => name.charCodeAt(0) <= 0x39).map(Number);
    const dead = new Set<string>();
    let settled = true;
    for (let first = 0; first < pids.length; first += PROCESSES_PER_SLICE) {
      if (first > 0) await setImmediate();
      for (const pid of pids.slice(first, first + PROCESSES_PER_SLICE)) {
        const entry = this.read(pid);
        if (entry === undefined) {
          settled = false;
          continue;
        }
        entries.set(pid, entry);
        if (!isDead(entry)) continue;
        dead.add(keyOf(entry));
        settled &&= this.dead.has(keyOf(entry));
      }
    }
    this.dead = dead;
    return new ProcessSnapshot(entries, await this.readMarkers(entries), settled);
  }

  /**
   * Looks for the marker where session and parents may not tell: in the leaders of sessions, and in members of sessions
   * without a leader.
   */
  private async readMarkers(
    entries: ReadonlyMap<number, ProcessEntry>,
  ): Promise<Map<string, ProcessEntry[]>> {
    const markers = new Map<string, string>();
    const marked = new Map<string, ProcessEntry[]>();
    for (const entry of entries.values()) {
      const leader = entries.get(entry.sessionId);
      const led = leader !== undefined && leader !== entry && !isDead(leader);
      // Kernel threads have session 0.
      if (led || entry.sessionId === 0 || this.starters.has(entry.parentPid)) continue;
      const key = keyOf(entry);
      const marker = this.markers.get(key) ?? (await this.readMarker(entry.pid));
      markers.set(key, marker);
      if (marker === "") continue;
      const group = marked.get(marker);
      if (group) group.push(entry);
      else marked.set(marker, [entry]);
    }
    this.markers = markers;
    return marked;
  }

  /** @returns "" for a process without the marker. In the middle of an exec a process shows nothing, and is asked again. */
  private async readMarker(pid: number): Promise<string> {
    const deadlineMs = performance.now() + EXEC_MS_MAX;
    for (;;) {
      const environment = await readFile(`/proc/${pid}/environ`, "latin1").catch(() => undefined);
      if (environment) return markerIn(environment);
      const entry = environment === undefined ? undefined : this.read(pid);
      if (entry === undefined || isDead(entry) || entry.hasNoEnvironment) return "";
      if (performance.now() > deadlineMs) return "";
      await setTimeout(1);
    }
  }
}

function keyOf({ pid, startTicks }: ProcessEntry): string {
  return `${pid}:${startTicks}`;
}

function markerIn(environment: string): string {
  const prefix = `${containerMarker}=`;
  const variable = environment.split("\0").find((one) => one.startsWith(prefix));
  return variable?.slice(prefix.length) ?? "";
}

/** The one reader of `/proc` in this process. */
export const processTable = new ProcessTable();
