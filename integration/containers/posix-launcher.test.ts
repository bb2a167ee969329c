import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { readFile, rm, writeFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { expect } from "chai";
import { PosixLauncher } from "../../modules/launchers/posix.js";
import { processTable } from "../../modules/support/posix/process-table.js";
import { makeDirectories } from "../contracts/containers.js";
import { LauncherBench } from "../contracts/launcher-bench.js";
import { eventually, gone, processesMarked, written } from "../contracts/processes.js";

const program = fileURLToPath(new URL("./launching-process.js", import.meta.url));

describe("PosixLauncher", function () {
  this.timeout(60_000);
  let bench: LauncherBench;
  beforeEach(async () => {
    bench = new LauncherBench(
      await makeDirectories(),
      (directories) => new PosixLauncher(directories),
    );
  });
  afterEach(() => bench.close());

  describe("after SIGKILL of the agent", () => {
    /** An agent process that has launched, or is launching, the script; and the pid of the container's first process. */
    async function launchElsewhere(id: string, script: string, ...isolating: string[]) {
      const { workDir, runtimeDir } = bench.directories;
      const argv = [program, workDir, runtimeDir, id, script, ...isolating];
      const agent = spawn(process.execPath, argv, { stdio: ["ignore", "pipe", "inherit"] });
      const [line] = (await once(agent.stdout, "data")) as [Buffer];
      return { agent, pid: Number(line.toString()) };
    }

    async function kill(agent: ChildProcess): Promise<void> {
      agent.kill("SIGKILL");
      await once(agent, "exit");
    }

    it("a container runs on and is taken over", async () => {
      const id = bench.newId();
      const script = "echo on; while [ ! -e go ]; do sleep 0.01; done; exit 21";
      const { agent, pid } = await launchElsewhere(id, script);
      await written(bench.request(id, "").stdout);
      await kill(agent);
      process.kill(pid, 0);
      const launcher = await bench.launcher([id]);
      await writeFile(`${bench.directories.workDir}/go`, "");
      expect(await launcher.wait(id)).to.deep.equal({ exitCode: 21 });
    });

    it("a container that was not let go never runs its command", async () => {
      const id = bench.newId();
      const { agent, pid } = await launchElsewhere(id, "echo run", "isolating");
      await kill(agent);
      await gone(pid);
      const launcher = await bench.launcher([id]);
      expect(await launcher.wait(id)).to.deep.equal({ exitCode: 125 });
      expect(await bench.output(id)).to.equal("");
    });

    it("a container that nobody wants any more is killed, whatever is left of its description", async () => {
      const id = bench.newId();
      const { agent, pid } = await launchElsewhere(id, "(setsid sleep 1000 &); sleep 1000");
      await kill(agent);
      await rm(`${bench.directories.runtimeDir}/containers/${id}/shim`);
      await bench.launcher();
      await gone(pid);
      expect(await processesMarked(id)).to.deep.equal([]);
    });
  });

  it("says that it does not know how a container ended whose shim was killed", async () => {
    const id = bench.newId();
    const launcher = await bench.launcher();
    const pid = await launcher.launch(id, bench.request(id, "kill -KILL $PPID; sleep 1000"));
    expect(await launcher.wait(id)).to.have.keys("message");
    process.kill(pid, 0);
    await launcher.destroy(id);
    expect(await processesMarked(id)).to.deep.equal([]);
  });

  it("goes on without its spawner, and with another", async () => {
    const [first, second] = [bench.newId(), bench.newId()];
    const launcher = await bench.launcher();
    const script = "echo on; while [ ! -e go ]; do sleep 0.01; done; exit 22";
    await launcher.launch(first, bench.request(first, script));
    await written(bench.request(first, "").stdout);
    for (const spawner of processTable.starters) process.kill(spawner, "SIGKILL");
    await eventually("the spawner is gone", async () =>
      processTable.starters.size === 0 ? true : undefined,
    );
    await launcher.launch(second, bench.request(second, "exit 23"));
    await writeFile(`${bench.directories.workDir}/go`, "");
    const ends = await Promise.all([launcher.wait(first), launcher.wait(second)]);
    expect(ends).to.deep.equal([{ exitCode: 22 }, { exitCode: 23 }]);
  });

  it("runs no command whose spawner was killed before it was let go", async () => {
    const id = bench.newId();
    const launcher = await bench.launcher();
    const isolate = async (): Promise<void> => {
      for (const spawner of processTable.starters) process.kill(spawner, "SIGKILL");
    };
    await launcher.launch(id, bench.request(id, "echo run", { isolate }));
    expect(await launcher.wait(id)).to.deep.equal({ exitCode: 125 });
    expect(await bench.output(id)).to.equal("");
  });

  it("takes nobody for its own after the machine's restart", async () => {
    const id = bench.newId();
    const launcher = await bench.launcher();
    const { runtimeDir } = bench.directories;
    await launcher.launch(id, bench.request(id, "exit 0"));
    await launcher.wait(id);
    // A stranger of the same pid and start time as the container's shim had.
    const stranger = spawn("sleep", ["1000"], { detached: true, stdio: "ignore" });
    await once(stranger, "spawn");
    const stat = await readFile(`/proc/${stranger.pid}/stat`, "utf8");
    await writeFile(`${runtimeDir}/containers/${id}/shim`, stat);
    await rm(`${runtimeDir}/containers/${id}/status`);
    await writeFile(`${runtimeDir}/boot_id`, "another");
    const next = await bench.launcher([id]);
    expect(await next.wait(id)).to.have.keys("message");
    await next.destroy(id);
    process.kill(stranger.pid as number, 0);
    stranger.kill("SIGKILL");
    await once(stranger, "exit");
  });

  it("leaves nothing in the runtime directory", async () => {
    const id = bench.newId();
    const launcher = await bench.launcher();
    await launcher.launch(id, bench.request(id, "true"));
    const { runtimeDir } = bench.directories;
    await launcher.destroy(id);
    const error = await readFile(`${runtimeDir}/containers/${id}/command`).catch(
      (cause: NodeJS.ErrnoException) => cause.code,
    );
    expect(error).to.equal("ENOENT");
  });
});
