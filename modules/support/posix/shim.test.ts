import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { mkdtemp, readFile, rm, symlink, writeFile } from "node:fs/promises";
import type { Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import { parseStatus, shimScript, toCommandFile } from "./shim.js";

const shells = [
  { name: "dash", path: "/bin/dash", called: "sh" },
  { name: "bash", path: "/bin/bash", called: "bash" },
  { name: "bash called sh", path: "/bin/bash", called: "sh" },
  { name: "busybox ash", path: "/bin/busybox", called: "ash" },
].filter(({ path }) => existsSync(path));

describe("the shim", () => {
  let directory: string;
  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), "dasmos-shim-"));
  });
  afterEach(() => rm(directory, { recursive: true }));

  async function run(shell: (typeof shells)[number], script: string, answer: string) {
    const command = toCommandFile({
      workingDirectory: directory,
      cgroups: [],
      arguments: ["env", "-i", "--", "/bin/sh", "-c", script],
    });
    await writeFile(`${directory}/command`, command);
    await symlink(shell.path, `${directory}/${shell.called}`);
    const argv = ["-c", shimScript, "dasmos-shim", directory];
    const shim = spawn(`${directory}/${shell.called}`, argv, {
      stdio: ["ignore", "ignore", "ignore", "pipe"],
    });
    const handshake = shim.stdio[3] as Socket;
    await once(handshake, "data");
    handshake.end(answer);
    await once(shim, "exit");
    const read = (file: string) => readFile(`${directory}/${file}`, "latin1");
    return parseStatus(await read("status"), await read("sig"));
  }

  for (const shell of shells) {
    describe(`run by ${shell.name}`, () => {
      const ends = [
        ["exit 3", { exitCode: 3 }],
        ["exit 137", { exitCode: 137 }],
        ["kill -KILL $$", { signal: 9 }],
        ["kill -TERM $$", { signal: 15 }],
        ["kill -INT $$", { signal: 2 }],
        ["kill -PIPE $$", { signal: 13 }],
        ["kill -HUP $PPID; kill -TERM $PPID; exit 4", { exitCode: 4 }],
      ] as const;
      for (const [script, expected] of ends) {
        it(`tells of ${script}`, async () => {
          expect(await run(shell, script, "go\n")).to.deep.equal(expected);
        });
      }

      it("lets nothing run without an answer", async () => {
        const script = `touch ${directory}/ran`;
        expect(await run(shell, script, "")).to.deep.equal({ exitCode: 125 });
        expect(existsSync(`${directory}/ran`)).to.equal(false);
      });
    });
  }

  it("has not told its status until it is there in full", () => {
    const texts = ["", "exit", "exit 1", "exit 12\n"];
    expect(texts.map((text) => parseStatus(text, ""))).to.deep.equal([
      undefined,
      undefined,
      undefined,
      { exitCode: 12 },
    ]);
  });
});
