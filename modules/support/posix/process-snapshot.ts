/** One process as `/proc/PID/stat` shows it. Times are in clock ticks. */
export interface ProcessEntry {
  readonly pid: number;
  readonly parentPid: number;
  readonly groupId: number;
  readonly sessionId: number;
  readonly state: string;
  readonly threads: number;
  /** Its own and that of the children it has waited for. */
  readonly userTicks: number;
  readonly systemTicks: number;
  /** Since boot; with the pid it names one process for good. */
  readonly startTicks: number;
  /** Known to be empty: not merely unreadable, as in the middle of an exec. */
  readonly hasNoEnvironment: boolean;
}

/** The variable that marks every process of a container, also one that left its session and its parent. */
export const containerMarker = "DASMOS_CONTAINER_ID";

/** How a container's processes are told from others. */
export interface ProcessTree {
  readonly containerId: string;
  /** The pid of the process that leads the container's session. */
  readonly sessionId: number | undefined;
  /** When that process started: another one of its pid leads another session. */
  readonly leaderStartTicks: number | undefined;
}

/** @returns undefined for a text that is cut off, as it is read of a process that just ends. */
export function parseStat(text: string): ProcessEntry | undefined {
  const nameEnd = text.lastIndexOf(")");
  const fields = text.slice(nameEnd + 2).split(" ");
  if (nameEnd < 0 || fields.length < 49) return undefined;
  const field = (index: number): number => Number(fields[index]);
  return {
    pid: Number.parseInt(text, 10),
    state: fields[0] as string,
    parentPid: field(1),
    groupId: field(2),
    sessionId: field(3),
    userTicks: field(11) + field(13),
    systemTicks: field(12) + field(14),
    threads: field(17),
    startTicks: field(19),
    hasNoEnvironment: field(47) > 0 && field(47) === field(48),
  };
}

/** Whether a process has ended, though its parent has not taken notice. */
export function isDead(entry: ProcessEntry): boolean {
  return entry.state === "Z" || entry.state === "X";
}

/** All processes of the machine at one time. */
export class ProcessSnapshot {
  private children: ReadonlyMap<number, readonly ProcessEntry[]> | undefined;
  private groups: ReadonlySet<number> | undefined;
  private sessions: ReadonlyMap<number, readonly ProcessEntry[]> | undefined;

  constructor(
    readonly entries: ReadonlyMap<number, ProcessEntry>,
    /** Processes that carry the container's marker, as far as it was looked for. */
    private readonly marked: ReadonlyMap<string, readonly ProcessEntry[]>,
    /** Whether nobody ended while it was made: one that did may have left a child that is not in it. */
    readonly settled = true,
  ) {}

  /** The living processes of a container: its session's, those it marked, and all their descendants. */
  membersOf(tree: ProcessTree): ProcessEntry[] {
    const found = new Set<ProcessEntry>(this.marked.get(tree.containerId));
    for (const entry of this.sessionOf(tree)) found.add(entry);
    // A set is walked in the order of insertion, also over what is added on the way.
    for (const entry of found) {
      for (const child of this.childrenOf(entry.pid)) found.add(child);
    }
    return [...found].filter((entry) => !isDead(entry));
  }

  /** Whether any living process bears the id as its own or its group's. */
  hasGroup(groupId: number): boolean {
    if (this.groups === undefined) {
      const living = [...this.entries.values()].filter((entry) => !isDead(entry));
      this.groups = new Set(living.flatMap((entry) => [entry.pid, entry.groupId]));
    }
    return this.groups.has(groupId);
  }

  childrenOf(pid: number): readonly ProcessEntry[] {
    this.children ??= groupBy(this.entries, (entry) => entry.parentPid);
    return this.children.get(pid) ?? [];
  }

  private sessionOf(tree: ProcessTree): readonly ProcessEntry[] {
    if (tree.sessionId === undefined) return [];
    const leader = this.entries.get(tree.sessionId);
    // The kernel gives a pid again only when no session bears it: a stranger there means that ours is empty.
    if (leader !== undefined && leader.startTicks !== tree.leaderStartTicks) return [];
    this.sessions ??= groupBy(this.entries, (entry) => entry.sessionId);
    return this.sessions.get(tree.sessionId) ?? [];
  }
}

function groupBy(
  entries: ReadonlyMap<number, ProcessEntry>,
  keyOf: (entry: ProcessEntry) => number,
): Map<number, ProcessEntry[]> {
  const groups = new Map<number, ProcessEntry[]>();
  for (const entry of entries.values()) {
    const group = groups.get(keyOf(entry));
    if (group) group.push(entry);
    else groups.set(keyOf(entry), [entry]);
  }
  return groups;
}
