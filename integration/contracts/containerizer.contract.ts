import { chmod, mkdir, readFile, readlink, stat } from "node:fs/promises";
import { expect } from "chai";
import type { KernelError } from "../../core/base/kernel-error.js";
import type { AgentDirectories } from "../../core/contracts/agent-directories.js";
import type { ContainerConfig } from "../../core/contracts/container.js";
import type { Containerizer } from "../../core/contracts/containerizer.js";
import type { v1 } from "../../core/protocol/v1.js";
import { Resources } from "../../core/resources/resources.js";
import {
  containerConfig,
  makeDirectories,
  newContainerId,
  removeDirectories,
  testMark,
} from "./containers.js";
import { processesMarked, written } from "./processes.js";

/** What every containerizer that runs commands on the host does. */
export function describeContainerizer(
  name: string,
  create: (directories: AgentDirectories) => Containerizer | Promise<Containerizer>,
): void {
  describe(`${name}, a containerizer`, function () {
    this.timeout(60_000);
    let directories: AgentDirectories;
    let containerizer: Containerizer;
    let id: string;

    beforeEach(async () => {
      directories = await makeDirectories();
      containerizer = await create(directories);
      await containerizer.recover([]);
      id = newContainerId();
    });
    afterEach(async () => {
      await Promise.all(containerizer.containers().map((one) => containerizer.destroy(one)));
      await containerizer.dispose?.();
      await removeDirectories(directories);
      expect(await processesMarked(testMark), "processes left").to.deep.equal([]);
    });

    function configured(
      command: string | v1.CommandInfo,
      rest: Partial<ContainerConfig> = {},
    ): ContainerConfig {
      return containerConfig(directories.workDir, id, command, rest);
    }

    async function run(command: string | v1.CommandInfo, rest: Partial<ContainerConfig> = {}) {
      const config = configured(command, rest);
      await containerizer.launch(id, config);
      const ended = await containerizer.wait(id);
      const read = (file: string) => readFile(`${config.directory}/${file}`, "utf8");
      return { ended, out: await read("stdout"), err: await read("stderr") };
    }

    describe("runs", () => {
      it("a script in the sandbox, its output in files there", async () => {
        const { out, ...rest } = await run("echo hello; pwd; echo ouch >&2; exit 3");
        expect(rest).to.deep.equal({ ended: { exitCode: 3 }, err: "ouch\n" });
        expect(out).to.equal(`hello\n${configured("").directory}\n`);
      });

      it("a command without a shell, its arguments as they are", async () => {
        const command = {
          shell: false,
          value: "printf",
          arguments: ["printf", "%s|", "a b", "$A"],
        };
        expect((await run(command)).out).to.equal("a b|$A|");
      });

      it("with the agent's environment, the command's own before it, and a PATH", async () => {
        const variables = [
          { name: "B", value: "command" },
          { name: "C", value: "" },
        ];
        const environment = { A: "agent", B: "agent" };
        const command = { value: 'echo "$A $B ${C-unset} $PATH"', environment: { variables } };
        const { out } = await run(command, { environment });
        expect(out).to.match(/^agent command {2}\/[^ ]*bin[^ ]*\n$/);
      });

      it("as the user, who owns the sandbox and nobody else sees it", async function () {
        if (process.getuid?.() !== 0) this.skip();
        await chmod(`${directories.workDir}/..`, 0o755);
        const { out } = await run("id -un; echo mine >file; stat -c '%U %a' .", { user: "nobody" });
        expect(out).to.equal("nobody\nnobody 750\n");
      });
    });

    it("lets a container find its persistent volumes, whose data stays", async () => {
      const hostPath = `${directories.workDir}/volume`;
      await mkdir(hostPath);
      const volumes = [{ containerPath: "data/here", hostPath, readOnly: false }];
      const { ended } = await run("echo kept >data/here/file", { volumes });
      expect(ended).to.deep.equal({ exitCode: 0 });
      expect(await readFile(`${hostPath}/file`, "utf8")).to.equal("kept\n");
    });

    it("lets `latest` point to the newest run", async () => {
      await run("true");
      id = newContainerId();
      const { directory } = configured("");
      await run("true");
      expect(await readlink(`${directories.workDir}/runs/latest`)).to.equal(directory);
      expect((await stat(directory)).mode & 0o777).to.equal(0o750);
    });

    it("leaves containers with an image to others", async () => {
      const containers: v1.ContainerInfo[] = [
        { type: "DOCKER", docker: { image: "busybox" } },
        { type: "MESOS", mesos: { image: { type: "DOCKER", docker: { name: "busybox" } } } },
      ];
      for (const container of containers) {
        const launched = await containerizer.launch(id, configured("true", { container }));
        expect(launched).to.deep.equal({ type: "NOT_SUPPORTED" });
      }
      expect([containerizer.containers(), await containerizer.wait(id)]).to.deep.equal([
        [],
        undefined,
      ]);
    });

    it("fails to launch for an unknown user, and tells both launcher and waiter", async () => {
      const error = await containerizer
        .launch(id, configured("true", { user: "nobody-knows" }))
        .then(
          () => expect.fail("was launched"),
          (cause: KernelError) => cause,
        );
      expect([error.code, error.message]).to.deep.equal([
        "CONTAINER_FAILED",
        "unknown user 'nobody-knows'",
      ]);
      expect(await containerizer.wait(id)).to.deep.equal({
        state: "TASK_FAILED",
        reason: "REASON_CONTAINER_LAUNCH_FAILED",
        message: "unknown user 'nobody-knows'",
      });
      expect(containerizer.containers()).to.deep.equal([]);
    });

    it("tells what a container uses and may use, and changes that", async () => {
      await containerizer.launch(id, configured("sleep 1000"));
      const limits = async () => {
        const usage = await containerizer.usage?.(id);
        expect(usage).to.include.keys("timestamp", "cpus_user_time_secs", "mem_rss_bytes");
        return [usage?.cpus_limit, usage?.mem_limit_bytes];
      };
      expect(await limits()).to.deep.equal([0.5, 64 * 1024 * 1024]);
      await containerizer.update?.(id, Resources.parse("cpus:2;mem:100"), []);
      expect(await limits()).to.deep.equal([2, 100 * 1024 * 1024]);
    });

    it("names a container and its first process", async () => {
      const launched = await containerizer.launch(id, configured("sleep 1000"));
      expect(await containerizer.status?.(id)).to.deep.equal({
        container_id: { value: id },
        executor_pid: launched.type === "LAUNCHED" ? launched.pid : undefined,
      });
    });

    it("signals a container", async () => {
      await containerizer.launch(id, configured("sleep 1000"));
      await containerizer.kill(id, 15);
      expect(await containerizer.wait(id)).to.deep.equal({ signal: 15 });
    });

    it("kills what the first process leaves behind", async () => {
      await run("(setsid sleep 1000 &); exit 0");
      expect(await processesMarked(id)).to.deep.equal([]);
    });

    it("destroys a container, and again", async () => {
      await containerizer.launch(id, configured("(setsid sleep 1000 &); sleep 1000"));
      await Promise.all([containerizer.destroy(id), containerizer.destroy(id)]);
      expect(await processesMarked(id)).to.deep.equal([]);
      await containerizer.destroy(id);
      expect(await containerizer.wait(id)).to.deep.equal({ signal: 9 });
    });

    it("destroys a container at any moment of its launch", async () => {
      for (let turns = 0; turns < 40; turns += 3) {
        id = newContainerId();
        const launch = containerizer.launch(id, configured("sleep 1000")).then(
          ({ type }) => type,
          (error: KernelError) => error.code,
        );
        for (let turn = 0; turn < turns; turn++) await new Promise(setImmediate);
        await containerizer.destroy(id);
        expect(await launch).to.be.oneOf(["LAUNCHED", "CONTAINER_FAILED"]);
        expect(await processesMarked(id)).to.deep.equal([]);
        expect(await containerizer.wait(id)).not.to.equal(undefined);
      }
    });

    it("takes containers over from an earlier agent process, and destroys the others", async () => {
      const config = configured("echo on; sleep 1000");
      const other = newContainerId();
      await containerizer.launch(id, config);
      await containerizer.launch(other, containerConfig(directories.workDir, other, "sleep 1000"));
      await written(`${config.directory}/stdout`);
      await containerizer.dispose?.();
      containerizer = await create(directories);
      const { executorInfo, directory } = config;
      await containerizer.recover([{ containerId: id, executorInfo, directory }]);
      expect(containerizer.containers()).to.deep.equal([id]);
      expect(await processesMarked(other)).to.deep.equal([]);
      await containerizer.kill(id, 15);
      expect(await containerizer.wait(id)).to.deep.equal({ signal: 15 });
    });

    it("tells of a container of which nothing is left that it has ended", async () => {
      const { executorInfo, directory } = configured("true");
      await containerizer.recover([{ containerId: id, executorInfo, directory }]);
      expect(await containerizer.wait(id)).to.have.keys("message");
    });

    it("knows nothing of other containers", async () => {
      await containerizer.kill("unknown", 9);
      await containerizer.destroy("unknown");
      expect(await containerizer.wait("unknown")).to.equal(undefined);
    });
  });
}
