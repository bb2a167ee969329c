import { spawnSync } from "node:child_process";
import { tmpdir } from "node:os";
import { fileURLToPath } from "node:url";
import { expect } from "chai";
import { VERSION } from "../core/node/version.js";

const bin = fileURLToPath(new URL("../../bin/dasmos.js", import.meta.url));

function dasmos(...args: string[]) {
  const { status, stdout } = spawnSync(process.execPath, [bin, ...args], {
    cwd: tmpdir(),
    encoding: "utf8",
  });
  return { status, stdout };
}

describe("bin/dasmos.js", () => {
  it("runs from any directory, and gives the shell the exit code", () => {
    expect(dasmos("--version")).to.deep.equal({ status: 0, stdout: `${VERSION}\n` });
    expect(dasmos("config", "check", "/nowhere.yaml")).to.deep.equal({ status: 1, stdout: "" });
    expect(dasmos("nope")).to.deep.equal({ status: 2, stdout: "" });
  });

  it("ends quietly when nobody reads on", () => {
    const script = `"$0" "$1" config schema master | head -c 1; exit "\${PIPESTATUS[0]}"`;
    const { status, stderr } = spawnSync("bash", ["-c", script, process.execPath, bin], {
      encoding: "utf8",
    });
    expect([status, stderr]).to.deep.equal([0, ""]);
  });
});
