import { connect, type Socket } from "node:net";
import { text } from "node:stream/consumers";
import { gzipSync } from "node:zlib";
import { expect } from "chai";
import WebSocket, { WebSocketServer } from "ws";
import { readBody, TestClient, until } from "../../../integration/testing/http-client.js";
import { silentLogger } from "../../base/logger.js";
import { KernelError } from "../../base/kernel-error.js";
import { schedulerCall } from "../../protocol/codecs.js";
import { readMessage } from "./content.js";
import { HttpServer } from "./http-server.js";
import { sendRefusal } from "./refusal.js";

const HOST = "127.0.0.1";

describe("HttpServer", () => {
  let server: HttpServer;
  let port: number;
  let taken: number;
  const sockets: Socket[] = [];

  beforeEach(async () => {
    taken = 0;
    server = new HttpServer({ role: "master", logger: silentLogger });
    server.add({
      path: "/call",
      methods: ["POST"],
      handle: ({ request, reply }) => {
        const read = readMessage(request, schedulerCall);
        if ("refusal" in read) return void sendRefusal(reply, read.refusal);
        taken++;
        reply.code(202).send();
      },
    });
    server.add({
      path: "/fails",
      methods: ["GET"],
      handle: () => Promise.reject(new Error("private")),
    });
    port = (await server.listen({ host: HOST, port: 0 })).port;
  });
  afterEach(async () => {
    for (const socket of sockets.splice(0)) socket.destroy();
    await server.dispose();
  });

  /** Sends bytes as they are, and gives all that comes back until the server closes. */
  function raw(...parts: (string | Buffer)[]): Promise<string> {
    const socket = connect(port, HOST);
    sockets.push(socket);
    for (const part of parts) socket.write(part);
    return text(socket);
  }
  const head = (...headers: string[]) =>
    ["POST /call HTTP/1.1", "Host: x", "Content-Type: application/json", ...headers, "", ""].join(
      "\r\n",
    );
  const revive = '{"type":"REVIVE","framework_id":{"value":"F"}}';
  const statusOf = (answer: string) => Number(answer.split(" ")[1]);

  it("takes a chunked body, a compressed one, and header names in any case", async () => {
    const chunked = `${revive.length.toString(16)}\r\n${revive}\r\n0\r\n\r\n`;
    const close = "connection: CLOSE";
    expect(statusOf(await raw(head("TRANSFER-ENCODING: chunked", close), chunked))).to.equal(202);
    const zipped = gzipSync(revive);
    const gzip = head("content-encoding: gzip", `Content-Length: ${zipped.length}`, close);
    expect(statusOf(await raw(gzip, zipped))).to.equal(202);
    const twice = head(
      "Accept: text/html",
      "Accept: application/json",
      `Content-Length: ${revive.length}`,
      close,
    );
    expect(statusOf(await raw(twice, revive))).to.equal(202);
    expect(taken).to.equal(3);
  });

  describe("answers hostile input with an error, and goes on", () => {
    const close = "Connection: close";
    const sized = (body: string | Buffer, ...more: string[]) =>
      [head(`Content-Length: ${Buffer.byteLength(body)}`, close, ...more), body] as const;
    const bomb = gzipSync(Buffer.alloc(64 * 1024 * 1024, 0x20));
    const cases: [string, readonly (string | Buffer)[], number, RegExp][] = [
      ["what is not HTTP", ["\u0016\u0003\u0001\r\n\r\n"], 400, /cannot read the request/],
      ["a chunk without a size", [head("Transfer-Encoding: chunked"), "zz\r\n"], 400, /chunk/i],
      ["two lengths", [head("Content-Length: 5", "Content-Length: 6"), "hello!"], 400, /Length/i],
      [
        "a length and chunks",
        [head("Content-Length: 5", "Transfer-Encoding: chunked"), "0\r\n\r\n"],
        400,
        /Content-Length|Transfer-Encoding/i,
      ],
      ["huge headers", [head(`X: ${"x".repeat(20_000)}`)], 431, /overflow/i],
      ["a body over the limit", [head("Content-Length: 99999999999", close)], 413, /too large/i],
      ["a gzip bomb", sized(bomb, "Content-Encoding: gzip"), 413, /too large/i],
      [
        "half of a gzip body",
        sized(gzipSync(revive).subarray(0, 20), "Content-Encoding: gzip"),
        400,
        /end of file/,
      ],
      ["lists in lists", sized("[".repeat(1_000_000)), 400, /cannot read the body/],
      ["objects in objects", sized('{"a":'.repeat(500_000)), 400, /cannot read the body/],
      ["invalid UTF-8", sized(Buffer.from([0x7b, 0x22, 0xc3, 0x28, 0x22, 0x7d])), 400, /UTF-8/],
      [
        "no content type",
        ["POST /call HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: 2\r\n\r\n{}"],
        400,
        /Content-Type/,
      ],
      [
        "a path that is none",
        ["GET /%zz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"],
        400,
        /%zz/,
      ],
    ];
    for (const [what, parts, status, message] of cases)
      it(`${what}: ${status}`, async () => {
        const answer = await raw(...parts);
        expect(statusOf(answer), answer).to.equal(status);
        expect(answer)
          .to.match(/content-type: text\/plain/i)
          .and.to.match(message);
        expect(statusOf(await raw(...sized(revive)))).to.equal(202);
        expect(taken).to.equal(1);
      });

    it("a body that never ends: nothing is taken", async () => {
      for (const start of [
        [head("Transfer-Encoding: chunked"), "ff\r\n{"],
        [head("Content-Length: 100"), revive],
      ]) {
        const socket = connect(port, HOST);
        await new Promise<void>((resolve) => socket.write(start.join(""), () => resolve()));
        socket.destroy();
      }
      expect(statusOf(await raw(...sized(revive)))).to.equal(202);
      expect(taken).to.equal(1);
    });

    it("a length that is too short: the rest is a broken request", async () => {
      const answers = await raw(head("Content-Length: 46"), `${revive}}}}`, "\r\n\r\n");
      expect(answers.match(/HTTP\/1\.1 \d+/g)?.at(-1)).to.equal("HTTP/1.1 400");
    });
  });

  it("answers ten thousand requests sent at once", async () => {
    const request = head(`Content-Length: ${revive.length}`) + revive;
    const last = head(`Content-Length: ${revive.length}`, "Connection: close") + revive;
    const answers = await raw(request.repeat(9_999) + last);
    expect(answers.match(/HTTP\/1\.1 202/g)).to.have.length(10_000);
    expect(taken).to.equal(10_000);
  });

  it("keeps the reason of a failure to itself", async () => {
    const answer = await server.inject("/fails");
    expect([answer.statusCode, answer.body]).to.deep.equal([
      500,
      "the server failed; its log says why",
    ]);
  });

  it("says which address it cannot listen on", async () => {
    const other = new HttpServer({ role: "agent", logger: silentLogger });
    const error = await other.listen({ host: HOST, port }).catch((thrown: unknown) => thrown);
    await other.dispose();
    expect(error).to.be.instanceOf(KernelError);
    expect((error as KernelError).code).to.equal("ADDRESS_IN_USE");
    expect((error as KernelError).message).to.contain(`${HOST}:${port}`);
  });

  describe("upgrades", () => {
    it("hands a WebSocket handshake to whoever listens on its path", async () => {
      const sockets = new WebSocketServer({ noServer: true });
      sockets.on("connection", (socket) => socket.send("welcome"));
      const listening = server.upgrades.onUpgrade("/agents", (request, socket, first) => {
        type Parameters_ = Parameters<typeof sockets.handleUpgrade>;
        const [a, b, c] = [request, socket, first] as unknown as Parameters_;
        sockets.handleUpgrade(a, b, c, (opened) => sockets.emit("connection", opened));
      });
      const client = new WebSocket(`ws://${HOST}:${port}/agents`);
      let heard = "";
      client.on("message", (data: Buffer) => (heard = data.toString()));
      await until(() => heard === "welcome");
      client.terminate();
      await listening.dispose();
      const refused = new WebSocket(`ws://${HOST}:${port}/agents`);
      let problem = "";
      refused.on("error", (error) => (problem = error.message));
      await until(() => problem.includes("404"));
    });

    it("answers an ordinary request that offers another protocol", async () => {
      const headers = [
        "Connection: Upgrade, HTTP2-Settings",
        "Upgrade: h2c",
        "HTTP2-Settings: AAM",
      ];
      const socket = connect(port, HOST);
      sockets.push(socket);
      socket.write(head(`Content-Length: ${revive.length}`, ...headers) + revive);
      let answer = "";
      socket.on("data", (data: Buffer) => (answer += data.toString()));
      await until(() => answer.includes("202 Accepted"));
      socket.write(head(`Content-Length: ${revive.length}`) + revive);
      await until(() => taken === 2);
    });
  });

  it("closes streams and idle connections when it is disposed", async () => {
    const client = new TestClient(port);
    await readBody(await client.send("GET", "/nowhere"));
    await server.dispose();
    client.dispose();
  });
});
