import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { expect } from "chai";
import type { Explanation } from "../../../contracts/allocator.js";
import { main } from "../main.js";

const rule = (name: string, agents: readonly string[]) => ({
  rule: name,
  message: `because of ${name}`,
  agents: agents.length,
  examples: agents,
});
const nowMs = 1_000_000;
const explanation: Explanation = {
  frameworkId: "f",
  nowMs,
  roles: [
    {
      role: "r",
      rules: [
        { ...rule("RECOVERING", []), untilMs: nowMs + 200_000 },
        { ...rule("FILTER", ["a", "b"]), untilMs: nowMs + 400, lastUntilMs: nowMs + 90_061_000 },
        rule("MINIMUM", ["c"]),
      ],
    },
    { rules: [rule("NO_ROLES", [])] },
  ],
};

describe("dasmos explain", () => {
  const server = createServer((_request, response) => response.end(JSON.stringify(explanation)));
  before((done) => void server.listen(0, "127.0.0.1", done));
  after((done) => void server.close(done));

  async function explain(...args: readonly string[]): Promise<string> {
    const { port } = server.address() as AddressInfo;
    let out = "";
    await main(["explain", "f", "--master", `http://127.0.0.1:${port}`, ...args], {
      environment: {},
      out: (text) => void (out += text),
      err: () => {},
    });
    return out;
  }

  it("shows a table to read, with how long each rule is in the way", async () => {
    expect((await explain()).split("\n")).to.deep.equal([
      "ROLE  RULE        AGENTS  WHY                    ENDS IN      FOR INSTANCE",
      "r     RECOVERING  0       because of RECOVERING  3m 20s       -",
      "r     FILTER      2       because of FILTER      1s to 1d 1h  a, b",
      "r     MINIMUM     1       because of MINIMUM     -            c",
      "-     NO_ROLES    0       because of NO_ROLES    -            -",
      "",
    ]);
  });

  it("shows the answer as it is to scripts", async () => {
    expect(JSON.parse(await explain("--json"))).to.deep.equal(explanation);
  });
});
