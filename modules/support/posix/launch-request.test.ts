import { expect } from "chai";
import type { v1 } from "../../../core/protocol/v1.js";
import { Resources } from "../../../core/resources/resources.js";
import { toLaunchRequest } from "./launch-request.js";

function commandOf(command: v1.CommandInfo) {
  const config = {
    executorInfo: { executor_id: { value: "e" } },
    frameworkInfo: { user: "u", name: "f" },
    command,
    resources: Resources.empty,
    volumes: [],
    directory: "/sandbox",
    environment: {},
  };
  const rest = { stdout: "stdout", stderr: "stderr", isolate: async () => {} };
  return toLaunchRequest(config, [], rest).command;
}

describe("toLaunchRequest", () => {
  it("gives a shell its script, also one that says nothing", () => {
    for (const value of ["exit 0", ""]) {
      expect(commandOf({ value })).to.deep.equal({
        path: "/bin/sh",
        argv: ["/bin/sh", "-c", value],
      });
    }
  });

  it("gives a file the arguments that begin with its name", () => {
    expect(commandOf({ shell: false, value: "echo" })).to.deep.equal({
      path: "echo",
      argv: ["echo"],
    });
    expect(commandOf({ shell: false, value: "echo", arguments: ["e", "x"] })).to.deep.equal({
      path: "echo",
      argv: ["e", "x"],
    });
  });

  it("needs a script, or the name of a file", () => {
    for (const command of [{}, { shell: false }, { shell: false, value: "" }])
      expect(() => commandOf(command)).to.throw("the command has no value");
  });
});
