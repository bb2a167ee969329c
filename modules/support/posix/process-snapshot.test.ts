import { expect } from "chai";
import { type ProcessEntry, ProcessSnapshot, parseStat } from "./process-snapshot.js";

/** pid, parent, session: state S, started at tick 1000 + pid. */
function entry(pid: number, parentPid: number, sessionId: number, state = "S"): ProcessEntry {
  return {
    pid,
    parentPid,
    groupId: sessionId,
    sessionId,
    state,
    threads: 1,
    userTicks: 0,
    systemTicks: 0,
    startTicks: 1000 + pid,
    hasNoEnvironment: false,
  };
}

function snapshot(entries: readonly ProcessEntry[], marked: readonly ProcessEntry[] = []) {
  return new ProcessSnapshot(
    new Map([...entries, ...marked].map((one) => [one.pid, one])),
    new Map([["c", marked]]),
  );
}

describe("a snapshot of processes", () => {
  const tree = { containerId: "c", sessionId: 10, leaderStartTicks: 1010 };
  const membersIn = (taken: ProcessSnapshot): number[] =>
    taken.membersOf(tree).map(({ pid }) => pid);

  it("finds a session's processes and all their descendants", () => {
    const others = [entry(1, 0, 1), entry(5, 1, 5), entry(6, 5, 5)];
    const own = [entry(10, 1, 10), entry(11, 10, 10), entry(20, 11, 20), entry(21, 20, 20)];
    expect(membersIn(snapshot([...others, ...own]))).to.deep.equal([10, 11, 20, 21]);
  });

  it("finds the marked and their descendants, once each", () => {
    const marked = [entry(30, 1, 30), entry(31, 30, 30)];
    expect(membersIn(snapshot([entry(32, 31, 30)], marked))).to.deep.equal([30, 31, 32]);
  });

  it("finds a session whose leader has ended", () => {
    expect(membersIn(snapshot([entry(11, 1, 10)]))).to.deep.equal([11]);
    expect(membersIn(snapshot([entry(10, 1, 10, "Z"), entry(11, 1, 10)]))).to.deep.equal([11]);
  });

  it("leaves alone a session that another process of the same pid leads", () => {
    const stranger = { ...entry(10, 1, 10), startTicks: 5000 };
    expect(membersIn(snapshot([stranger, entry(11, 10, 10)]))).to.deep.equal([]);
  });

  it("knows the living groups", () => {
    const taken = snapshot([entry(10, 1, 10, "Z"), entry(21, 1, 20), entry(31, 1, 30, "Z")]);
    expect([10, 20, 21, 30, 31].filter((id) => taken.hasGroup(id))).to.deep.equal([20, 21]);
  });

  it("does not count the dead", () => {
    const taken = snapshot([entry(10, 1, 10), entry(11, 10, 10, "Z"), entry(12, 10, 10, "X")]);
    expect(membersIn(taken)).to.deep.equal([10]);
  });
});

describe("parseStat", () => {
  // pid (name) state ppid pgrp session tty tpgid flags minflt cminflt majflt cmajflt utime stime cutime cstime priority
  // nice threads itrealvalue starttime, then 25 more up to env_start and env_end
  const stat = (name: string, environment: string): string =>
    `42 (${name}) S 7 8 9 0 -1 4194304 1 2 3 4 50 60 5 6 20 0 3 0 777 ${"1 ".repeat(27)}${environment} 0\n`;

  it("reads a process, whatever it is called", () => {
    const expected: ProcessEntry = {
      pid: 42,
      state: "S",
      parentPid: 7,
      groupId: 8,
      sessionId: 9,
      userTicks: 55,
      systemTicks: 66,
      threads: 3,
      startTicks: 777,
      hasNoEnvironment: false,
    };
    for (const name of ["sh", "a b", ") S 1 1", "(x))"]) {
      expect(parseStat(stat(name, "0 0"))).to.deep.equal(expected);
    }
  });

  it("tells an empty environment from one that is not to be seen", () => {
    const texts = ["0 0", "500 500", "500 600"].map((environment) => stat("sh", environment));
    const empty = texts.map((text) => parseStat(text)?.hasNoEnvironment);
    expect(empty).to.deep.equal([false, true, false]);
  });

  it("refuses what is cut off", () => {
    const texts = ["", "42 (sh", "42 (sh) S 7 8"];
    expect(texts.map(parseStat)).to.deep.equal([undefined, undefined, undefined]);
  });
});
