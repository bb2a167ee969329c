import { mkdir, readFile, stat, symlink, writeFile } from "node:fs/promises";
import { isAbsolute } from "node:path";
import { expect } from "chai";
import type { AgentDirectories } from "../../core/contracts/agent-directories.js";
import type { ContainerConfig } from "../../core/contracts/container.js";
import type { ContainerLogger } from "../../core/contracts/container-logger.js";
import {
  containerConfig,
  makeDirectories,
  newContainerId,
  removeDirectories,
} from "./containers.js";

/** What every container logger does. */
export function describeContainerLogger(name: string, create: () => ContainerLogger): void {
  describe(`${name}, a container logger`, () => {
    let directories: AgentDirectories;
    beforeEach(async () => {
      directories = await makeDirectories();
    });
    afterEach(() => removeDirectories(directories));

    async function prepare(rest: Partial<ContainerConfig> = {}) {
      const id = newContainerId();
      const config = containerConfig(directories.workDir, id, "true", rest);
      await mkdir(config.directory, { recursive: true });
      return { id, config, output: await create().prepare(id, config) };
    }

    it("names two files that are there", async () => {
      const { output } = await prepare();
      const { stdout, stderr } = output;
      expect([isAbsolute(stdout), isAbsolute(stderr), stdout === stderr]).to.deep.equal([
        true,
        true,
        false,
      ]);
      await Promise.all([stat(stdout), stat(stderr)]);
    });

    it("has them belong to the user", async function () {
      if (process.getuid?.() !== 0) this.skip();
      const { output } = await prepare({ user: "nobody" });
      expect((await stat(output.stdout)).uid).to.equal(65534);
      expect((await stat(output.stderr)).uid).to.equal(65534);
    });

    it("keeps what a file holds when it is asked again", async () => {
      const { id, config, output } = await prepare();
      await writeFile(output.stdout, "before\n");
      expect(await create().prepare(id, config)).to.deep.equal(output);
      expect(await readFile(output.stdout, "utf8")).to.equal("before\n");
    });

    it("refuses to follow a link out of the sandbox", async () => {
      const { id, config, output } = await prepare();
      const elsewhere = `${directories.workDir}/elsewhere`;
      const again = { ...config, directory: `${config.directory}-again` };
      await mkdir(again.directory);
      await symlink(elsewhere, output.stdout.replace(config.directory, again.directory));
      const error = await create()
        .prepare(id, again)
        .then(
          () => undefined,
          (cause: unknown) => cause,
        );
      expect(error).to.be.instanceOf(Error);
    });
  });
}
