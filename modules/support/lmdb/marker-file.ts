import { existsSync } from "node:fs";
import { mkdir, open, readFile, rename, rm } from "node:fs/promises";
import { dirname, join } from "node:path";

/** A small file beside a database that is on disk, with its directory, once `write` has resolved. */
export class MarkerFile {
  readonly path: string;

  constructor(directory: string, name: string) {
    this.path = join(directory, name);
  }

  exists(): boolean {
    return existsSync(this.path);
  }

  async read(): Promise<string | undefined> {
    return this.exists() ? readFile(this.path, "utf8") : undefined;
  }

  async write(text: string): Promise<void> {
    await mkdir(dirname(this.path), { recursive: true });
    const partial = `${this.path}.partial`;
    const file = await open(partial, "w");
    try {
      await file.writeFile(text);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(partial, this.path);
    await this.syncDirectory();
  }

  async remove(): Promise<void> {
    if (!this.exists()) return;
    await rm(this.path);
    await this.syncDirectory();
  }

  private async syncDirectory(): Promise<void> {
    const directory = await open(dirname(this.path), "r");
    try {
      await directory.sync();
    } finally {
      await directory.close();
    }
  }
}
