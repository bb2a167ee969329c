import { lstat, readdir } from "node:fs/promises";
import type { Stats } from "node:fs";
import { type Checked, refuse } from "./content.js";
import { type ConfinedFile, openConfined } from "./confined-file.js";

/** One entry of a directory, by its virtual path. */
export interface FileEntry {
  readonly path: string;
  readonly stats: Stats;
}
export interface FilePart {
  readonly size: number;
  readonly data: Buffer;
}

/** One read gives no more than 16 pages, as in Mesos. */
export const MAX_READ_BYTES = 16 * 4096;

/** The files a server shows: whatever lies under the directories and files attached to it, and nothing else. */
export class VirtualFiles {
  /** `attached` gives the real path behind each virtual one, as it is now; `further` knows some that are not listed. */
  constructor(
    readonly attached: () => ReadonlyMap<string, string>,
    private readonly further: (path: string) => Promise<string | undefined> = async () => undefined,
  ) {}

  /** The entries of a directory, sorted by name. */
  async browse(path: string): Promise<Checked<readonly FileEntry[]>> {
    const found = await this.open(path);
    if ("refusal" in found) return found;
    const { handle, stats, path: descriptor } = found.value;
    try {
      if (!stats.isDirectory()) return refuse(404, `${path} is not a directory`);
      const names = (await readdir(descriptor)).toSorted();
      const entries = await Promise.all(
        names.map(async (name) => ({
          path: `${trimmed(path)}/${name}`,
          stats: await lstat(`${descriptor}/${name}`).catch(() => undefined),
        })),
      );
      return { value: entries.filter((entry): entry is FileEntry => entry.stats !== undefined) };
    } finally {
      await handle.close();
    }
  }

  /** Part of a file; a negative offset asks for its size alone. */
  async read(path: string, offset: number, length: number): Promise<Checked<FilePart>> {
    const found = await this.openFile(path);
    if ("refusal" in found) return found;
    const { handle, stats } = found.value;
    try {
      if (offset < 0) return { value: { size: stats.size, data: Buffer.alloc(0) } };
      const left = Math.max(0, stats.size - offset);
      const wanted = Math.min(left, length < 0 ? MAX_READ_BYTES : length, MAX_READ_BYTES);
      const buffer = Buffer.alloc(wanted);
      const { bytesRead } = await handle.read(buffer, 0, wanted, offset);
      return { value: { size: stats.size, data: buffer.subarray(0, bytesRead) } };
    } finally {
      await handle.close();
    }
  }

  /** An ordinary file, open; the caller closes it. */
  async openFile(path: string): Promise<Checked<ConfinedFile>> {
    const found = await this.open(path);
    if ("refusal" in found || found.value.stats.isFile()) return found;
    await found.value.handle.close();
    return refuse(400, `${path} is not an ordinary file`);
  }

  private async open(path: string): Promise<Checked<ConfinedFile>> {
    if (path === "") return refuse(400, "path: expected the path of a file");
    if (path.includes("\0")) return refuse(400, "path: not a path");
    const segments = trimmed(path).split("/");
    if (segments.includes("..") || segments.includes("."))
      return refuse(400, "path: expected a path without . and ..");
    const attached = this.attached();
    for (let count = segments.length; count > 0; count--) {
      const virtual = segments.slice(0, count).join("/");
      const root = attached.get(virtual) ?? (await this.further(virtual));
      if (root !== undefined) return openConfined(root, [root, ...segments.slice(count)].join("/"));
    }
    return refuse(404, "no such file");
  }
}

function trimmed(path: string): string {
  return path.replace(/(?<!\/)\/+$/, "");
}
