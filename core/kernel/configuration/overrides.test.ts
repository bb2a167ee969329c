import { expect } from "chai";
import { applyOverrides, nameSources, readEnvironment } from "./overrides.js";

const environment = {
  HOME: "/root",
  DASMOS_AGENT_PING_TIMEOUT: "5secs",
  DASMOS_PORT: "x",
  DASMOS_ROOT_SUBMISSIONS: "false",
  DASMOS_ROLES: "web, db",
  DASMOS_WEIGHTS: "web=2,db=0.5",
  DASMOS_ALLOCATOR: "whole",
  DASMOS_DOMAIN: '{"region": "eu", "zone": "a"}',
  DASMOS_CONFIG: "master.yaml",
  DASMOS_SWITCH_USER: "false",
  DASMOS_WORKDIR: "/w",
};

describe("overrides", () => {
  it("reads variables by the type of what they set, and leaves those of other processes alone", () => {
    const { overrides, problems } = readEnvironment("master", environment);
    expect(applyOverrides({ port: 1, modules: { sorter: "drf" } }, overrides)).to.deep.equal({
      agentPingTimeout: "5secs",
      port: "x",
      rootSubmissions: false,
      roles: ["web", "db"],
      weights: { web: 2, db: 0.5 },
      domain: { region: "eu", zone: "a" },
      modules: { sorter: "drf", allocator: "whole" },
    });
    expect(problems).to.deep.equal([
      { path: "DASMOS_WORKDIR", message: "unknown key, did you mean DASMOS_WORK_DIR?" },
    ]);
  });

  it("names the variable in a problem with what it set", () => {
    const { overrides } = readEnvironment("master", environment);
    const paths = ["port", "weights.db", "modules.allocator", "modules.parameters.x", "portal"];
    const problems = paths.map((path) => ({ path, message: "wrong" }));
    expect(nameSources(problems, overrides).map(({ path }) => path)).to.deep.equal([
      "DASMOS_PORT",
      "DASMOS_WEIGHTS.db",
      "DASMOS_ALLOCATOR",
      "modules.parameters.x",
      "portal",
    ]);
  });
});
