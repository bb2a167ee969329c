import { chmod, mkdir, readFile, writeFile } from "node:fs/promises";
import { expect } from "chai";
import type { KernelError } from "../../core/base/kernel-error.js";
import type { AgentDirectories } from "../../core/contracts/agent-directories.js";
import type { Launcher, LaunchRequest } from "../../core/contracts/launcher.js";
import { makeDirectories } from "./containers.js";
import { LauncherBench } from "./launcher-bench.js";
import { describeLauncherRecovery } from "./launcher-recovery.contract.js";
import { eventually, gone, groupGone, processesMarked, written } from "./processes.js";

/** What every launcher does. */
export function describeLauncher(
  name: string,
  create: (directories: AgentDirectories) => Launcher,
): void {
  describe(`${name}, a launcher`, function () {
    this.timeout(60_000);
    let bench: LauncherBench;
    let launcher: Launcher;
    beforeEach(async () => {
      bench = new LauncherBench(await makeDirectories(), create);
      launcher = await bench.launcher();
    });
    afterEach(() => bench.close());

    /** How a script ends, and what it wrote. */
    async function run(script: string, rest: Partial<LaunchRequest> = {}) {
      const id = bench.newId();
      await launcher.launch(id, bench.request(id, script, rest));
      const ended = await launcher.wait(id);
      return { ended, out: await bench.output(id), err: await bench.output(id, "err") };
    }

    async function failure(launch: Promise<unknown>): Promise<KernelError> {
      return launch.then(
        () => expect.fail("was launched"),
        (error: KernelError) => error,
      );
    }

    describe("tells how a container ended", () => {
      const ends = [
        ["exit 0", { exitCode: 0 }],
        ["exit 3", { exitCode: 3 }],
        ["exit 137", { exitCode: 137 }],
        ["exit 255", { exitCode: 255 }],
        ["kill -KILL $$", { signal: 9 }],
        ["kill -TERM $$", { signal: 15 }],
        ["kill -SEGV $$", { signal: 11 }],
        ["kill -INT $$", { signal: 2 }],
      ] as const;
      for (const [script, expected] of ends) {
        it(`of ${script}`, async () => {
          expect(await run(script)).to.deep.equal({ ended: expected, out: "", err: "" });
        });
      }

      it("to all who wait, also again", async () => {
        const id = bench.newId();
        await launcher.launch(id, bench.request(id, "exit 4"));
        const all = await Promise.all([launcher.wait(id), launcher.wait(id)]);
        expect([...all, await launcher.wait(id)]).to.deep.equal(Array(3).fill({ exitCode: 4 }));
      });
    });

    describe("gives a command", () => {
      it("the environment that was asked for, beside the container's mark", async () => {
        const environment = { A: "1", "dotted.name": "it's", TWO: "a\nb $HOME `x` \\", EMPTY: "" };
        const id = bench.newId();
        const command = { path: "/usr/bin/env", argv: ["/usr/bin/env", "-0"] };
        await launcher.launch(id, bench.request(id, "", { command, environment }));
        await launcher.wait(id);
        const variables = (await bench.output(id)).split("\0").filter((one) => one !== "");
        const expected = Object.entries(environment).map(([key, value]) => `${key}=${value}`);
        expect(variables.sort()).to.deep.equal([...expected, `DASMOS_CONTAINER_ID=${id}`].sort());
      });

      it("its working directory, an empty input and no other open file", async () => {
        const script =
          "pwd -P; cat; for f in 3 4 5; do [ -e /proc/$$/fd/$f ] && echo $f; done; true";
        const workingDirectory = `${bench.directories.workDir}/it's here`;
        await mkdir(workingDirectory);
        const { out } = await run(script, { workingDirectory });
        expect(out).to.equal(`${workingDirectory}\n`);
      });

      it("arguments as they are, the first of them as its name", async () => {
        const argv = [
          "other",
          "-c",
          'echo "$0"; tr "\\0" "|" </proc/$$/cmdline; true',
          "",
          "a 'b'\n",
        ];
        const { out } = await run("", { command: { path: "/bin/sh", argv } });
        expect(out).to.equal(`\nother|-c|${argv[2]}||a 'b'\n|`);
      });

      it("files to append to", async () => {
        const id = bench.newId();
        const request = bench.request(id, "echo one; echo two >&2");
        await launcher.launch(id, request);
        await launcher.wait(id);
        await launcher.destroy(id);
        await launcher.launch(id, request);
        await launcher.wait(id);
        expect([await bench.output(id), await bench.output(id, "err")]).to.deep.equal([
          "one\none\n",
          "two\ntwo\n",
        ]);
      });

      it("its name from PATH, the task's own", async () => {
        const command = { path: "sh", argv: ["sh", "-c", "echo found"] };
        expect((await run("", { command })).out).to.equal("found\n");
        const nowhere = { command, environment: { PATH: "/nowhere" } };
        expect((await run("", nowhere)).ended).to.deep.equal({ exitCode: 127 });
      });
    });

    it("lets a missing command end with 127, and one that may not run with 126", async () => {
      const missing = await run("", { command: { path: "/no/such", argv: ["/no/such"] } });
      expect(missing.ended).to.deep.equal({ exitCode: 127 });
      expect(missing.err).to.contain("/no/such");
      const file = `${bench.directories.workDir}/data`;
      await mkdir(file);
      await chmod(file, 0o644);
      const denied = await run("", { command: { path: file, argv: [file] } });
      expect(denied.ended).to.deep.equal({ exitCode: 126 });
    });

    describe("refuses", () => {
      it("an unknown user, by name", async () => {
        const id = bench.newId();
        const launch = launcher.launch(id, bench.request(id, "true", { user: "nobody-knows" }));
        const { code, message } = await failure(launch);
        expect({ code, message }).to.deep.equal({
          code: "CONTAINER_FAILED",
          message: "unknown user 'nobody-knows'",
        });
        expect(await launcher.wait(id)).to.equal(undefined);
      });

      it("a working directory that is not there", async () => {
        const id = bench.newId();
        const workingDirectory = "/no/such/place";
        const launch = launcher.launch(id, bench.request(id, "true", { workingDirectory }));
        const { code, message } = await failure(launch);
        expect(code).to.equal("CONTAINER_FAILED");
        expect(message).to.contain(workingDirectory);
      });

      it("a second container of the same id", async () => {
        const id = bench.newId();
        await launcher.launch(id, bench.request(id, "sleep 1000"));
        const { code } = await failure(launcher.launch(id, bench.request(id, "true")));
        expect(code).to.equal("CONTAINER_FAILED");
        await launcher.kill(id, 15);
        expect(await launcher.wait(id)).to.deep.equal({ signal: 15 });
      });

      it("what no process can be given", async () => {
        const refusals = [
          { environment: { "A=B": "1" } },
          { environment: { "": "1" } },
          { environment: { A: "\0" } },
          { command: { path: "/bin/true", argv: ["true", "\0"] } },
        ];
        for (const rest of refusals) {
          const id = bench.newId();
          const { code } = await failure(launcher.launch(id, bench.request(id, "true", rest)));
          expect(code, JSON.stringify(rest)).to.equal("CONTAINER_FAILED");
        }
      });

      it("ids that would leave the runtime directory", async () => {
        for (const id of ["../up", "a/b", "..", ""]) {
          const { code } = await failure(launcher.launch(id, bench.request("x", "true")));
          expect(code, id).to.equal("CONTAINER_FAILED");
        }
      });
    });

    it("runs a command as the user, with the groups of that user", async function () {
      if (process.getuid?.() !== 0) this.skip();
      await chmod(`${bench.directories.workDir}/..`, 0o755);
      const { out } = await run('id -un; id -Gn; echo "$LD_PRELOAD"', {
        user: "nobody",
        environment: { PATH: "/usr/bin:/bin", LD_PRELOAD: "/no/such.so" },
      });
      expect(out).to.equal("nobody\nnogroup\n/no/such.so\n");
    });

    describe("before the command starts", () => {
      it("has it isolated, by its pid", async () => {
        const id = bench.newId();
        let isolated = 0;
        const isolate = async (pid: number): Promise<void> => {
          isolated = pid;
          expect(await readFile(`/proc/${pid}/cmdline`, "latin1")).not.to.contain("echo $$");
        };
        const pid = await launcher.launch(id, bench.request(id, "echo $$", { isolate }));
        await launcher.wait(id);
        expect([isolated, await bench.output(id)]).to.deep.equal([pid, `${pid}\n`]);
      });

      it("has it enter its cgroups, and gives up where it cannot", async () => {
        const [id, other] = [bench.newId(), bench.newId()];
        const cgroup = `${bench.directories.workDir}/cgroup`;
        await mkdir(cgroup);
        let entered = "";
        const isolate = async (): Promise<void> => {
          entered = await readFile(`${cgroup}/cgroup.procs`, "utf8");
        };
        await launcher.launch(id, bench.request(id, "true", { cgroups: [cgroup], isolate }));
        // 0: whoever writes.
        expect(entered).to.equal("0\n");
        const cgroups = [cgroup, "/no/such/cgroup"];
        const launch = launcher.launch(other, bench.request(other, "echo run", { cgroups }));
        expect((await failure(launch)).message).to.contain("/no/such/cgroup");
        expect(await bench.output(other)).to.equal("");
      });

      it("gives up where it cannot be isolated", async () => {
        const id = bench.newId();
        const isolate = () => Promise.reject(new Error("no room"));
        const launch = launcher.launch(id, bench.request(id, "echo run", { isolate }));
        expect((await failure(launch)).message).to.contain("no room");
        expect(await bench.output(id)).to.equal("");
        expect(await processesMarked(id)).to.deep.equal([]);
      });

      it("gives up where it is destroyed", async () => {
        const id = bench.newId();
        const isolate = async (): Promise<void> => {
          void launcher.destroy(id);
        };
        const launch = launcher.launch(id, bench.request(id, "echo run", { isolate }));
        expect((await failure(launch)).code).to.equal("CONTAINER_FAILED");
        await launcher.destroy(id);
        expect(await bench.output(id)).to.equal("");
        expect(await processesMarked(id)).to.deep.equal([]);
      });

      it("gives up where it is destroyed at once", async () => {
        const id = bench.newId();
        const launch = failure(launcher.launch(id, bench.request(id, "echo run")));
        await launcher.destroy(id);
        expect((await launch).code).to.equal("CONTAINER_FAILED");
        expect(await processesMarked(id)).to.deep.equal([]);
      });
    });

    describe("signals", () => {
      it("a command that handles them", async () => {
        const id = bench.newId();
        const script = "trap 'echo bye; exit 7' TERM; echo ready; while :; do sleep 0.01; done";
        await launcher.launch(id, bench.request(id, script));
        await written(bench.request(id, "").stdout);
        await launcher.kill(id, 15);
        expect(await launcher.wait(id)).to.deep.equal({ exitCode: 7 });
        expect(await bench.output(id)).to.equal("ready\nbye\n");
      });

      it("every process", async () => {
        const id = bench.newId();
        const child = "trap 'echo child; exit' TERM; echo ready; while :; do sleep 0.01; done";
        const script = `trap 'wait; exit 5' TERM; setsid sh -c "${child}" & wait`;
        await launcher.launch(id, bench.request(id, script));
        await written(bench.request(id, "").stdout);
        await launcher.kill(id, 15);
        expect(await launcher.wait(id)).to.deep.equal({ exitCode: 5 });
        expect(await bench.output(id)).to.equal("ready\nchild\n");
      });

      it("nothing where there is no such container", async () => {
        await launcher.kill("unknown", 9);
        await launcher.destroy("unknown");
        expect(await launcher.wait("unknown")).to.equal(undefined);
      });
    });

    describe("destroys", () => {
      it("a command that ignores every signal", async () => {
        const id = bench.newId();
        await launcher.launch(id, bench.request(id, "trap '' TERM INT HUP; echo on; sleep 1000"));
        await written(bench.request(id, "").stdout);
        await launcher.kill(id, 15);
        const ended = launcher.wait(id);
        await launcher.destroy(id);
        expect(await ended).to.deep.equal({ signal: 9 });
        expect(await launcher.wait(id)).to.equal(undefined);
      });

      it("processes that left their session and their parents", async () => {
        const id = bench.newId();
        const leave = "setsid sh -c '(setsid sleep 1000 & echo $!) & exit' &";
        await launcher.launch(id, bench.request(id, `${leave} wait; exit 0`));
        const orphan = Number(await written(bench.request(id, "").stdout));
        await launcher.wait(id);
        await launcher.destroy(id);
        await gone(orphan);
        expect(await processesMarked(id)).to.deep.equal([]);
      });

      it("processes that hide their environment, while their parents live", async () => {
        const id = bench.newId();
        const hide = `setsid env -i /bin/sh -c 'echo $$; exec sleep 1000.${process.pid}' & wait`;
        await launcher.launch(id, bench.request(id, hide));
        const hidden = Number(await written(bench.request(id, "").stdout));
        await launcher.destroy(id);
        await gone(hidden);
      });

      it("a crowd that keeps growing", async () => {
        const id = bench.newId();
        const script = "echo on; while :; do (sleep 1000 &); done";
        await launcher.launch(id, bench.request(id, script));
        await written(bench.request(id, "").stdout);
        await eventually("there is a crowd", async () => {
          return (await processesMarked(id)).length > 20 ? true : undefined;
        });
        await launcher.destroy(id);
        expect(await processesMarked(id)).to.deep.equal([]);
      });

      it("a process that is always another one by the time it is found", async () => {
        const id = bench.newId();
        const comet = `${bench.directories.workDir}/comet`;
        await writeFile(comet, 'sh "$0" & exit\n');
        const script = `sh ${comet} & echo on; sleep 1000`;
        const pid = await launcher.launch(id, bench.request(id, script));
        await written(bench.request(id, "").stdout);
        const stat = await readFile(`/proc/${pid}/stat`, "latin1");
        const group = Number(stat.split(" ")[4]);
        const ended = launcher.wait(id);
        await launcher.destroy(id);
        await groupGone(group);
        expect(await ended).to.deep.equal({ signal: 9 });
      });

      it("stopped processes", async () => {
        const id = bench.newId();
        await launcher.launch(id, bench.request(id, "kill -STOP $PPID; kill -STOP $$"));
        await launcher.destroy(id);
        expect(await processesMarked(id)).to.deep.equal([]);
      });

      it("once, for all who ask", async () => {
        const id = bench.newId();
        await launcher.launch(id, bench.request(id, "sleep 1000"));
        await Promise.all([launcher.destroy(id), launcher.destroy(id), launcher.destroy(id)]);
        expect(await processesMarked(id)).to.deep.equal([]);
      });
    });

    it("runs fifty at a time, and keeps them apart", async () => {
      const ids = Array.from({ length: 50 }, () => bench.newId());
      const ends = await Promise.all(
        ids.map(async (id, index) => {
          await launcher.launch(id, bench.request(id, `echo ${index}; exit ${index}`));
          return { ended: await launcher.wait(id), out: await bench.output(id) };
        }),
      );
      const expected = ids.map((_, index) => ({ ended: { exitCode: index }, out: `${index}\n` }));
      expect(ends).to.deep.equal(expected);
    });
  });

  describeLauncherRecovery(name, create);
}
