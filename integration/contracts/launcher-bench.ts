import { readFile } from "node:fs/promises";
import { expect } from "chai";
import type { AgentDirectories } from "../../core/contracts/agent-directories.js";
import type { Launcher, LaunchRequest } from "../../core/contracts/launcher.js";
import { newContainerId, removeDirectories, testMark } from "./containers.js";
import { processesMarked } from "./processes.js";

/** A launcher over its directories, and what tests of one need. */
export class LauncherBench {
  private readonly launchers: Launcher[] = [];
  readonly ids: string[] = [];

  constructor(
    readonly directories: AgentDirectories,
    private readonly create: (directories: AgentDirectories) => Launcher,
  ) {}

  /** Another agent process' launcher: the one before it lets go of its containers. */
  async launcher(recovered: readonly string[] = []): Promise<Launcher> {
    await this.launchers.at(-1)?.dispose?.();
    const launcher = this.create(this.directories);
    this.launchers.push(launcher);
    await launcher.recover(recovered);
    return launcher;
  }

  newId(): string {
    const id = newContainerId();
    this.ids.push(id);
    return id;
  }

  /** A request that runs a script of sh, its output in `<workDir>/<id>.out` and `.err`. */
  request(id: string, script: string, rest: Partial<LaunchRequest> = {}): LaunchRequest {
    const { workDir } = this.directories;
    return {
      command: { path: "/bin/sh", argv: ["/bin/sh", "-c", script] },
      environment: { PATH: "/usr/bin:/bin" },
      workingDirectory: workDir,
      stdout: `${workDir}/${id}.out`,
      stderr: `${workDir}/${id}.err`,
      cgroups: [],
      isolate: async () => {},
      ...rest,
    };
  }

  output(id: string, stream: "out" | "err" = "out"): Promise<string> {
    return readFile(`${this.directories.workDir}/${id}.${stream}`, "utf8");
  }

  async close(): Promise<void> {
    const launcher = this.launchers.at(-1);
    if (launcher) await Promise.all(this.ids.map((id) => launcher.destroy(id)));
    for (const one of this.launchers) await one.dispose?.();
    await removeDirectories(this.directories);
    expect(await processesMarked(testMark), "processes left").to.deep.equal([]);
  }
}
