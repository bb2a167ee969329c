import { readFile } from "node:fs/promises";
import { expect } from "chai";
import type { AgentDirectories } from "../../core/contracts/agent-directories.js";
import type { Containerizer } from "../../core/contracts/containerizer.js";
import {
  containerConfig,
  makeDirectories,
  newContainerId,
  removeDirectories,
} from "./containers.js";

/** What every containerizer that runs commands on the host does. */
export function describeContainerizer(
  name: string,
  create: (directories: AgentDirectories) => Containerizer | Promise<Containerizer>,
): void {
  describe(`${name}, a containerizer`, () => {
    let directories: AgentDirectories;
    let containerizer: Containerizer;

    beforeEach(async () => {
      directories = await makeDirectories();
      containerizer = await create(directories);
      await containerizer.recover([]);
    });
    afterEach(async () => {
      await Promise.all(containerizer.containers().map((id) => containerizer.destroy(id)));
      await containerizer.dispose?.();
      await removeDirectories(directories);
    });

    it("runs a command in its sandbox and tells how it ended", async () => {
      const id = newContainerId();
      const config = containerConfig(directories.workDir, id, "echo hello; echo ouch >&2; exit 3");
      const launched = await containerizer.launch(id, config);
      expect(launched).to.have.property("type", "LAUNCHED");
      expect(await containerizer.wait(id)).to.deep.equal({ exitCode: 3 });
      expect(await readFile(`${config.directory}/stdout`, "utf8")).to.equal("hello\n");
      expect(await readFile(`${config.directory}/stderr`, "utf8")).to.equal("ouch\n");
    });
  });
}
