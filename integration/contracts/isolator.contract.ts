import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdir } from "node:fs/promises";
import { isAbsolute } from "node:path";
import { expect } from "chai";
import type { AgentDirectories } from "../../core/contracts/agent-directories.js";
import type { ContainerConfig, ContainerState } from "../../core/contracts/container.js";
import type { Isolator } from "../../core/contracts/isolator.js";
import { Resources } from "../../core/resources/resources.js";
import {
  containerConfig,
  makeDirectories,
  newContainerId,
  removeDirectories,
} from "./containers.js";

/** What every isolator does, whatever it isolates. */
export function describeIsolator(
  name: string,
  create: (directories: AgentDirectories) => Isolator | Promise<Isolator>,
): void {
  describe(`${name}, an isolator`, () => {
    let directories: AgentDirectories;
    let isolator: Isolator;
    let id: string;
    let config: ContainerConfig;
    let first: ChildProcess;

    beforeEach(async () => {
      directories = await makeDirectories();
      isolator = await create(directories);
      id = newContainerId();
      config = containerConfig(directories.workDir, id, "sleep 1000");
      await mkdir(config.directory, { recursive: true });
      first = spawn("sleep", ["1000"], { detached: true, stdio: "ignore" });
      await once(first, "spawn");
    });
    afterEach(async () => {
      await isolator.cleanup?.(id);
      first.kill("SIGKILL");
      await once(first, "exit");
      await removeDirectories(directories);
    });

    function state(): ContainerState {
      const { directory, executorInfo } = config;
      return { containerId: id, executorInfo, directory, pid: first.pid as number };
    }

    async function isolate(): Promise<void> {
      await isolator.recover?.([]);
      await isolator.prepare?.(id, config);
      await isolator.isolate?.(id, first.pid as number);
    }

    it("accompanies a container from its preparation to its end", async () => {
      await isolate();
      await isolator.update?.(id, Resources.parse("cpus:1;mem:128"), []);
      await isolator.status?.(id);
      const amounts = Object.values((await isolator.usage?.(id)) ?? {});
      expect(amounts.filter((amount) => typeof amount === "number" && amount < 0)).to.deep.equal(
        [],
      );
      await isolator.cleanup?.(id);
    });

    it("asks for places inside the sandbox and absolute paths alone", async () => {
      const info = await isolator.prepare?.(id, config);
      const paths = [info?.workingDirectory ?? "/", ...(info?.cgroups ?? [])];
      expect(paths.filter((path) => !isAbsolute(path))).to.deep.equal([]);
      expect((info?.symlinks ?? []).filter(({ path }) => isAbsolute(path))).to.deep.equal([]);
    });

    it("watches without an end while all is well", async () => {
      await isolate();
      const well = isolator.usage?.(id).then(() => "well") ?? "well";
      expect(await Promise.race([isolator.watch?.(id) ?? well, well])).to.equal("well");
    });

    it("goes on with a container of an earlier agent process", async () => {
      await isolate();
      const before = Object.keys((await isolator.usage?.(id)) ?? {});
      isolator = await create(directories);
      await isolator.recover?.([state()]);
      expect(Object.keys((await isolator.usage?.(id)) ?? {})).to.deep.equal(before);
    });

    it("tolerates a container it never saw, and to clean up twice", async () => {
      await isolator.recover?.([]);
      await isolator.cleanup?.("unknown");
      await isolate();
      await isolator.cleanup?.(id);
      await isolator.cleanup?.(id);
    });
  });
}
