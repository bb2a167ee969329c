import { readFileSync } from "node:fs";
import { expect } from "chai";
import { closeCodes } from "../core/contracts/transport.js";
import { checkAgentToMaster, envelopeKeys } from "../core/protocol/agent-protocol-schema.js";
import { decodeFrame } from "../modules/support/websocket/frame-codec.js";

const page = readFileSync(new URL("../../docs/agent-protocol.md", import.meta.url), "utf8");

describe("docs/agent-protocol.md", () => {
  it("names every message with its fields in order", () => {
    const rows = [...page.matchAll(/^\| `([A-Z_]+)` \| ([\w?, ]+) \|/gm)];
    const found = rows.map(([, type, fields]) => [
      type,
      ["type", ...(fields as string).replaceAll("?", "").split(", ")],
    ]);
    expect(Object.fromEntries(found)).to.deep.equal(envelopeKeys);
  });

  it("names every close code", () => {
    const rows = [...page.matchAll(/^\| (\d{4}) \| `(\w+)` \|/gm)];
    expect(Object.fromEntries(rows.map(([, code, name]) => [name, Number(code)]))).to.deep.equal(
      closeCodes,
    );
  });

  it("shows a frame that is one", () => {
    const example = /```\n(93 07[^`]*)```/.exec(page)?.[1] ?? "";
    const hex = example
      .split("\n")
      .flatMap((line) => line.match(/^\s*(?:[\da-f]{2,} )*[\da-f]{2,}/));
    const { epoch, messages } = decodeFrame(Buffer.from(hex.join("").replaceAll(" ", ""), "hex"));
    expect([epoch, ...messages.map(checkAgentToMaster)]).to.deep.equal([
      7,
      { type: "PONG", agentId: "S1" },
      {
        type: "STATUS_UPDATE",
        agentId: "S1",
        update: {
          frameworkId: "F1",
          status: {
            task_id: { value: "T1" },
            state: "TASK_RUNNING",
            uuid: "AAAAAAAAAAAAAAAAAAAAAA==",
          },
          latestState: "TASK_RUNNING",
        },
      },
    ]);
  });
});
