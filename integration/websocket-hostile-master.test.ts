import { once } from "node:events";
import { expect } from "chai";
import { type WebSocket, WebSocketServer } from "ws";
import { DisposableStack } from "../core/base/disposable.js";
import { silentLogger } from "../core/base/logger.js";
import type { AgentToMaster, MasterToAgent } from "../core/protocol/agent-protocol.js";
import { pack } from "../modules/support/message-pack/message-pack.js";
import { transportLimits } from "../modules/support/websocket/transport-limits.js";
import { WebSocketTransport } from "../modules/transports/websocket.js";
import { RecordingHandlers } from "./contracts/transport-peer.js";
import { UpgradeServer } from "./contracts/upgrade-server.js";

const WELCOME = {
  type: "WELCOME",
  protocolVersion: 1,
  epoch: 7,
  softwareVersion: "hostile",
  capabilities: [],
};

describe("the WebSocket transport's agent before a hostile master", () => {
  let opened: DisposableStack;
  let server: UpgradeServer;
  let agent: RecordingHandlers<MasterToAgent, AgentToMaster>;
  /** The master's end of the agent's connection, which has said HELLO. */
  let master: WebSocket;
  beforeEach(async () => {
    opened = new DisposableStack();
    server = opened.add(await UpgradeServer.listen());
    agent = new RecordingHandlers();
    const sockets = new WebSocketServer({ noServer: true });
    const connected = once(sockets, "connection");
    server.onUpgrade("/", (request, tcp, head) =>
      sockets.handleUpgrade(request as never, tcp as never, head as Buffer, (socket) =>
        sockets.emit("connection", socket),
      ),
    );
    const connection = new WebSocketTransport(silentLogger, transportLimits.parse({})).connect(
      {
        url: `ws://127.0.0.1:${server.port}/`,
        softwareVersion: "1.2.3",
        capabilities: [],
        headers: {},
        minimumEpoch: () => 5,
      },
      agent,
    );
    opened.defer(() => connection.close("NORMAL"));
    [master] = (await connected) as [WebSocket];
    await once(master, "message");
  });
  afterEach(() => opened.dispose());

  async function outcome(...frames: (Buffer | string)[]) {
    for (const frame of frames) master.send(frame);
    const [code] = (await once(master, "close")) as [number];
    await agent.until(({ closed }) => closed.length === 1);
    const [reason = ""] = agent.closed;
    return { code, reason, messages: agent.messages.length };
  }

  it("refuses a version it has not offered, naming both", async () => {
    expect(await outcome(pack({ ...WELCOME, protocolVersion: 2 }))).to.deep.equal({
      code: 4001,
      reason: "VERSION_MISMATCH: the master chose protocol 2, the agent speaks 1",
      messages: 0,
    });
  });

  it("refuses a leader that was deposed", async () => {
    expect(await outcome(pack({ ...WELCOME, epoch: 4 }))).to.deep.equal({
      code: 4003,
      reason: "STALE_EPOCH: epoch 4 is behind 5",
      messages: 0,
    });
  });

  it("hears every rise of the epoch once, and refuses its fall", async () => {
    const frames = [7, 9, 9, 8].map((epoch) => pack([epoch, ["PING", true]]));
    const { code, messages } = await outcome(pack(WELCOME), ...frames);
    expect([code, agent.epochs, messages]).to.deep.equal([4003, [7, 9], 3]);
  });

  const refused: Readonly<Record<string, (Buffer | string)[]>> = {
    "a WELCOME as text": ["WELCOME"],
    "a WELCOME without an epoch": [pack({ ...WELCOME, epoch: undefined })],
    "messages instead of a WELCOME": [pack([7, ["PING", true]])],
    garbage: [pack(WELCOME), Buffer.from("c1c1c1", "hex")],
    "a message for masters": [pack(WELCOME), pack([7, ["PONG", "S0"]])],
    "a task without an id": [
      pack(WELCOME),
      pack([7, ["RUN_TASK", {}, { name: "t" }, null, false, ""]]),
    ],
  };
  for (const [name, frames] of Object.entries(refused))
    it(`refuses ${name}`, async () => {
      const { code, messages } = await outcome(...frames);
      expect([code, messages]).to.deep.equal([4000, 0]);
    });
});
