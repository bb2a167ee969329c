import { mkdir, mkdtemp, readdir, readlink, rm, stat, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import type { ContainerConfig, ContainerVolume } from "../../../core/contracts/container.js";
import { Resources } from "../../../core/resources/resources.js";
import { makeSymlinks } from "../../support/posix/sandbox.js";
import { PosixFilesystemIsolator } from "./posix.js";

const NOBODY = 65534;

describe("filesystem/posix", () => {
  let root: string;
  let isolator: PosixFilesystemIsolator;

  beforeEach(async () => {
    root = await mkdtemp(join(tmpdir(), "dasmos-volumes-"));
    isolator = new PosixFilesystemIsolator();
  });
  afterEach(() => rm(root, { recursive: true }));

  async function volume(
    id: string,
    containerPath = id,
    readOnly = false,
  ): Promise<ContainerVolume> {
    const hostPath = join(root, "volumes", id);
    await mkdir(hostPath, { recursive: true });
    return { containerPath, hostPath, readOnly };
  }

  async function config(
    id: string,
    volumes: readonly ContainerVolume[],
    rest: Partial<ContainerConfig> = {},
  ): Promise<ContainerConfig> {
    const directory = join(root, id);
    await mkdir(directory, { recursive: true });
    return {
      executorInfo: { executor_id: { value: "executor" } },
      frameworkInfo: { name: "framework", user: "root" },
      command: { value: "true" },
      resources: Resources.empty,
      volumes,
      directory,
      environment: {},
      ...rest,
    };
  }

  /** Prepares a container, as a containerizer does. */
  async function prepare(
    id: string,
    volumes: readonly ContainerVolume[],
    rest: Partial<ContainerConfig> = {},
  ): Promise<string> {
    const made = await config(id, volumes, rest);
    const { symlinks = [] } = await isolator.prepare(id, made);
    await makeSymlinks(made.directory, symlinks);
    return made.directory;
  }

  function update(id: string, volumes: readonly ContainerVolume[]): Promise<void> {
    return isolator.update(id, Resources.empty, volumes);
  }

  async function failure(done: Promise<unknown>): Promise<string> {
    return done.then(
      () => expect.fail("was done"),
      (error: Error) => error.message,
    );
  }

  it("links volumes into the sandbox, in directories made for them", async () => {
    const one = await volume("one", "data/./deep/one");
    const sandbox = await prepare("c", [one]);
    expect(await readlink(join(sandbox, "data/deep/one"))).to.equal(one.hostPath);
  });

  it("links what a running container gets, and unlinks what it loses", async () => {
    const [one, two] = [await volume("one"), await volume("two")];
    const sandbox = await prepare("c", [one]);
    await update("c", [one, two]);
    expect((await readdir(sandbox)).sort()).to.deep.equal(["one", "two"]);
    await update("c", [{ ...two, containerPath: "one" }]);
    expect(await readdir(sandbox)).to.deep.equal(["one"]);
    expect(await readlink(join(sandbox, "one"))).to.equal(two.hostPath);
    await update("c", []);
    expect(await readdir(sandbox)).to.deep.equal([]);
  });

  it("takes no path out of the sandbox, and none that exists", async () => {
    const [absolute, out] = [await volume("one", "/data"), await volume("one", "a/../../b")];
    const existing = await volume("one", "there");
    const sandbox = join(root, "c");
    await mkdir(join(sandbox, "there"), { recursive: true });
    expect([
      await failure(prepare("c", [absolute])),
      await failure(prepare("c", [out])),
      await failure(prepare("c", [existing])),
    ]).to.deep.equal([
      "a persistent volume cannot be at '/data': the container shares the host's file system, so only a path relative to its sandbox will do",
      "'a/../../b' is not inside the sandbox",
      `'there' cannot be linked to '${existing.hostPath}': it exists in the sandbox`,
    ]);
  });

  it("follows no link that a running container has laid", async () => {
    const sandbox = await prepare("c", []);
    await mkdir(join(root, "elsewhere"));
    await symlink(join(root, "elsewhere"), join(sandbox, "data"));
    const message = await failure(update("c", [await volume("one", "data/one")]));
    expect(message).to.equal("'data' in the sandbox is no directory");
    expect(await readdir(join(root, "elsewhere"))).to.deep.equal([]);
  });

  it("leaves what a container has put in a link's place", async () => {
    const one = await volume("one");
    const sandbox = await prepare("c", [one]);
    await rm(join(sandbox, "one"));
    await writeFile(join(sandbox, "one"), "mine");
    await update("c", []);
    expect(await readdir(sandbox)).to.deep.equal(["one"]);
  });

  it("gives volumes to the container's user, unless another container has them", async function () {
    if (process.getuid?.() !== 0) this.skip();
    const owner = async ({ hostPath }: ContainerVolume) => (await stat(hostPath)).uid;
    const shared = await volume("shared");
    const readOnly = await volume("read", "read", true);
    await prepare("first", [shared]);
    await prepare("second", [shared, readOnly], { user: "nobody" });
    expect([await owner(shared), await owner(readOnly)]).to.deep.equal([0, 0]);
    await isolator.cleanup("first");
    await isolator.cleanup("second");
    await prepare("third", [shared], { user: "nobody" });
    expect(await owner(shared)).to.equal(NOBODY);
  });

  describe("when containers start together on one volume", () => {
    let shared: ContainerVolume;

    beforeEach(async function () {
      if (process.getuid?.() !== 0) this.skip();
      shared = await volume("shared");
    });

    const owner = async () => (await stat(shared.hostPath)).uid;
    const configOf = (id: string, user: string) => config(id, [shared], { user });

    it("gives it to the first one's user", async () => {
      const [first, second] = [await configOf("1", "nobody"), await configOf("2", "daemon")];
      await Promise.all([isolator.prepare("1", first), isolator.prepare("2", second)]);
      expect(await owner()).to.equal(NOBODY);
    });

    it("gives it to the first one's user where they run already", async () => {
      const none = { user: "nobody" };
      for (const id of ["1", "2"]) await isolator.prepare(id, await config(id, [], none));
      await Promise.all([update("1", [shared]), update("2", [shared])]);
      expect(await owner()).to.equal(NOBODY);
    });

    it("gives it to the next one's where the first fails, or is gone by then", async () => {
      const [failing, gone] = [await configOf("1", "no-such-user"), await configOf("2", "daemon")];
      const next = await configOf("3", "nobody");
      const failed = failure(isolator.prepare("1", failing));
      const others = [isolator.prepare("2", gone), isolator.prepare("3", next)];
      await isolator.cleanup("2");
      await Promise.all(others);
      expect([await failed, await owner()]).to.deep.equal(["unknown user 'no-such-user'", NOBODY]);
    });
  });
});
