import { readFileSync, type Stats } from "node:fs";
import type { v1 } from "../../protocol/v1.js";
import type { FileEntry } from "./virtual-files.js";

/** An entry of LIST_FILES. */
export function toFileInfo({ path, stats }: FileEntry): v1.FileInfo {
  return {
    path,
    nlink: stats.nlink,
    size: stats.size,
    mtime: { nanoseconds: Math.trunc(stats.mtimeMs) * 1_000_000 },
    mode: stats.mode,
    uid: userNames().get(stats.uid) ?? String(stats.uid),
    gid: groupNames().get(stats.gid) ?? String(stats.gid),
  };
}

/** An entry of `/files/browse`, in the way of `ls -l`. */
export function v0FileInfo({ path, stats }: FileEntry): object {
  return {
    path,
    nlink: stats.nlink,
    size: stats.size,
    mtime: Math.trunc(stats.mtimeMs / 1000),
    mode: modeText(stats),
    uid: userNames().get(stats.uid) ?? String(stats.uid),
    gid: groupNames().get(stats.gid) ?? String(stats.gid),
  };
}

function modeText(stats: Stats): string {
  const bits = Array.from("rwxrwxrwx", (flag, i) =>
    ((stats.mode >> (8 - i)) & 1) === 1 ? flag : "-",
  );
  return typeLetter(stats) + bits.join("");
}

function typeLetter(stats: Stats): string {
  if (stats.isDirectory()) return "d";
  if (stats.isSymbolicLink()) return "l";
  if (stats.isFIFO()) return "p";
  if (stats.isSocket()) return "s";
  if (stats.isBlockDevice()) return "b";
  return stats.isCharacterDevice() ? "c" : "-";
}

let users: ReadonlyMap<number, string> | undefined;
let groups: ReadonlyMap<number, string> | undefined;
const userNames = () => (users ??= readNames("/etc/passwd"));
const groupNames = () => (groups ??= readNames("/etc/group"));

/** Names by number, of a file with lines such as `root:x:0:…`; none where there is no such file. */
function readNames(file: string): ReadonlyMap<number, string> {
  const names = new Map<number, string>();
  let text = "";
  try {
    text = readFileSync(file, "utf8");
  } catch {
    return names;
  }
  for (const line of text.split("\n")) {
    const [name = "", , id = ""] = line.split(":");
    if (id !== "") names.set(Number(id), name);
  }
  return names;
}
