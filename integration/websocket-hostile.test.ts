import { on, once } from "node:events";
import { connect } from "node:net";
import { expect } from "chai";
import fc from "fast-check";
import { pack as packr } from "msgpackr";
import { WebSocket } from "ws";
import { DisposableStack } from "../core/base/disposable.js";
import type { Logger } from "../core/base/logger.js";
import type { AgentToMaster, MasterToAgent } from "../core/protocol/agent-protocol.js";
import { pack, unpack } from "../modules/support/message-pack/message-pack.js";
import { transportLimits } from "../modules/support/websocket/transport-limits.js";
import { WebSocketTransport } from "../modules/transports/websocket.js";
import { RecordingHandlers } from "./contracts/transport-peer.js";
import { UpgradeServer } from "./contracts/upgrade-server.js";

const PATH = "/agent";
const MIB = 1024 * 1024;
const HELLO = {
  type: "HELLO",
  protocolVersions: [1],
  softwareVersion: "hostile",
  capabilities: [],
};
const goodFrame = pack([
  7,
  ["PONG", "S0"],
  ["EXECUTOR_MESSAGE", "S0", "f", "e", "AAAA"],
  [
    "STATUS_UPDATE",
    "S0",
    {
      frameworkId: "f",
      status: { task_id: { value: "t" }, state: "TASK_RUNNING" },
      latestState: "TASK_RUNNING",
    },
  ],
]);

describe("the WebSocket transport's master among hostile peers", () => {
  let opened: DisposableStack;
  let server: UpgradeServer;
  let master: RecordingHandlers<AgentToMaster, MasterToAgent>;
  let warnings: string[];
  beforeEach(async () => {
    opened = new DisposableStack();
    server = opened.add(await UpgradeServer.listen());
    master = new RecordingHandlers();
    warnings = [];
    listen({});
  });
  afterEach(() => opened.dispose());

  function listen(limits: object, path = PATH): void {
    const warn = (_: string, fields?: object) =>
      warnings.push(String((fields as { readonly reason: string }).reason));
    const logger: Logger = { debug: () => {}, info: () => {}, error: () => {}, warn };
    const transport = new WebSocketTransport(logger, transportLimits.parse(limits));
    const options = { upgrades: server, path, epoch: 7, softwareVersion: "1.2.3" };
    opened.add(transport.listen(options, master));
  }
  async function dial(path = PATH): Promise<WebSocket> {
    const socket = new WebSocket(`ws://127.0.0.1:${server.port}${path}`, {
      perMessageDeflate: false,
    });
    opened.defer(() => socket.terminate());
    socket.on("error", () => {});
    await once(socket, "open");
    return socket;
  }
  /** A peer whose handshake has succeeded. */
  async function agent(): Promise<WebSocket> {
    const socket = await dial();
    socket.send(pack(HELLO));
    await once(socket, "message");
    return socket;
  }
  async function closing(socket: WebSocket): Promise<readonly [code: number, reason: string]> {
    const [code, reason] = (await once(socket, "close")) as [number, Buffer];
    return [code, reason.toString()];
  }

  const first: Readonly<Record<string, [frame: Buffer | string, code: number, reason: RegExp]>> = {
    "a text frame": ["HELLO", 4000, /text/],
    "no bytes": [Buffer.alloc(0), 4000, /end early/],
    "a batch": [goodFrame, 4000, /first frame/],
    "bytes after the map": [Buffer.concat([pack(HELLO), pack(1)]), 4000, /follow the end/],
    "a HELLO of the wrong shape": [pack({ ...HELLO, protocolVersions: "1" }), 4000, /protocolV/],
    "a large HELLO": [pack({ ...HELLO, capabilities: ["x".repeat(70_000)] }), 4000, /70/],
    "versions nobody speaks": [
      pack({ ...HELLO, protocolVersions: [2, 3] }),
      4001,
      /^the agent speaks protocol 2, 3, the master 1$/,
    ],
  };
  for (const [name, [frame, code, reason]] of Object.entries(first))
    it(`refuses ${name} as the first frame`, async () => {
      const socket = await dial();
      const closed = closing(socket);
      socket.send(frame);
      const [found, text] = await closed;
      expect([found, master.opened.length, warnings.length]).to.deep.equal([code, 0, 1]);
      expect(text).to.match(reason);
    });

  const later: Readonly<Record<string, [frame: Buffer | string, code: number, reason: RegExp]>> = {
    "a text frame": ["[7]", 4000, /text/],
    "a frame of 17 MiB": [Buffer.alloc(17 * MIB), 1009, /^$/],
    "a frame cut short": [goodFrame.subarray(0, -3), 4000, /end early/],
    "deep nesting": [Buffer.alloc(8 * MIB, 0x91), 4000, /nested|epoch/],
    "a deep field": [
      Buffer.concat([
        pack([7, ["PONG"]]).subarray(0, 1),
        pack(7),
        Buffer.from([0x92]),
        pack("PONG"),
        Buffer.alloc(MIB, 0x91),
      ]),
      4000,
      /nested/,
    ],
    "millions of values in a small frame": [
      Buffer.concat([
        Buffer.from([0x92, 7, 0x92]),
        pack("PONG"),
        Buffer.from([0xdd, 0, 0x80, 0, 0]),
        Buffer.alloc(8 * MIB, 0x80),
      ]),
      4000,
      /too many/,
    ],
    "a count beyond the bytes": [
      Buffer.from([0x92, 7, 0xdd, 255, 255, 255, 255]),
      4000,
      /end early/,
    ],
    "another leader's epoch": [pack([6, ["PONG", "S0"]]), 4003, /epoch 6, this is 7/],
    "an epoch that is none": [pack([-1]), 4000, /epoch/],
    "129 messages": [pack([7, ...Array.from({ length: 129 }, () => ["PONG", "S0"])]), 4000, /129/],
    "an unknown message": [pack([7, ["MAKE_COFFEE"]]), 4000, /no known type/],
    "a message for agents": [pack([7, ["PING", true]]), 4000, /type/],
    "a message without one of its fields": [pack([7, ["PONG"]]), 4000, /PONG has 2 fields/],
    "a field of the wrong kind": [pack([7, ["PONG", 5]]), 4000, /agentId: expected a string/],
    "one bad message among good ones": [pack([7, ["PONG", "S0"], ["PONG", null]]), 4000, /agentId/],
    "binary values": [packr([7, ["PONG", Buffer.from("S0")]]), 4000, /0xc4/],
    "MessagePack extensions": [packr([7, ["PONG", new Date(0)]]), 4000, /0xd6/],
    "a record that defines itself": [
      Buffer.from([0x92, 7, 0xd4, 0x72, 0x40, 0x91, 0xa1, 97, 1]),
      4000,
      /array/,
    ],
  };
  for (const [name, [frame, code, reason]] of Object.entries(later))
    it(`refuses ${name}, and touches nothing else`, async () => {
      const neighbour = await agent();
      const socket = await agent();
      const closed = closing(socket);
      socket.send(frame);
      const [found, text] = await closed;
      neighbour.send(goodFrame);
      await master.until(({ messages }) => messages.length > 0);
      await master.until(({ closed: told }) => told.length > 0);
      expect([found, master.messages.length, warnings.length]).to.deep.equal([code, 3, 1]);
      expect(text).to.match(reason);
    });

  it("drops a peer that says nothing", async () => {
    listen({ handshakeTimeoutMs: 1 }, "/hurry");
    expect(await closing(await dial("/hurry"))).to.deep.equal([4000, "no handshake in time"]);
  });

  it("drops a peer that does not say goodbye", async () => {
    listen({ handshakeTimeoutMs: 1, closeTimeoutMs: 1 }, "/hurry");
    const socket = connect({ port: server.port, host: "127.0.0.1", allowHalfOpen: true });
    socket.resume();
    socket.write(
      "GET /hurry HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n" +
        "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n",
    );
    await once(socket, "end");
    socket.destroy();
    expect(warnings).to.deep.equal(["MALFORMED: no handshake in time"]);
  });

  it("writes what a turn has sent as few frames of at most 128 messages", async () => {
    const socket = await agent();
    const connection = await master.connection();
    for (let i = 0; i < 300; i++) connection.send({ type: "PING", connected: true });
    const sizes: number[] = [];
    for await (const [data] of on(socket, "message")) {
      sizes.push((unpack(data as Buffer) as unknown[]).length - 1);
      if (sizes.length === 3) break;
    }
    expect(sizes).to.deep.equal([128, 128, 44]);
  });

  it("tells of a connection that is lost", async () => {
    (await agent()).terminate();
    await master.until(({ closed }) => closed.length === 1);
    expect(master.closed).to.deep.equal(["LOST"]);
  });

  it("answers pings", async () => {
    const socket = await agent();
    const pong = once(socket, "pong");
    socket.ping("hello");
    expect(String((await pong)[0])).to.equal("hello");
  });

  it("takes or cleanly refuses whatever is made of a good frame", async () => {
    const change = fc.record({ at: fc.nat(goodFrame.length - 1), byte: fc.nat(255) });
    await fc.assert(
      fc.asyncProperty(fc.array(change, { minLength: 1, maxLength: 4 }), async (changes) => {
        const frame = Buffer.from(goodFrame);
        for (const { at, byte } of changes) frame[at] = byte;
        const socket = await agent();
        const closed = closing(socket);
        socket.send(frame);
        socket.close(1000);
        const [code] = await closed;
        expect([1000, 4000, 4003]).to.include(code);
      }),
      { numRuns: 60 },
    );
    const neighbour = await agent();
    const before = master.messages.length;
    neighbour.send(goodFrame);
    await master.until(({ messages }) => messages.length === before + 3);
  });
});
