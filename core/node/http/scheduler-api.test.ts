import { expect } from "chai";
import {
  readBody,
  readChunks,
  TestClient,
  until,
} from "../../../integration/testing/http-client.js";
import { masterState } from "../../../integration/testing/master-states.js";
import { silentLogger } from "../../base/logger.js";
import type { MasterInput } from "../../master/master-io.js";
import { schedulerCall, schedulerEvent } from "../../protocol/codecs.js";
import type { scheduler } from "../../protocol/v1.js";
import type { Leadership } from "./leadership-gate.js";
import { MasterHttp, type MasterHttpOptions } from "./master-http.js";

const framework_info = { user: "u", name: "f" };
const subscribe: scheduler.Call = { type: "SUBSCRIBE", subscribe: { framework_info } };
const framework_id = { value: "F" };

/** An ACCEPT of the smallest tasks there are. */
function launching(tasks: number): scheduler.Call {
  const task = { name: "", task_id: { value: "t" }, agent_id: { value: "A" } };
  const launch = { task_infos: Array.from({ length: tasks }, () => task) };
  return {
    type: "ACCEPT",
    framework_id,
    accept: { offer_ids: [], operations: [{ type: "LAUNCH", launch }] },
  };
}

/** A machine that subscribes everybody and accepts every other call. */
class FakeMachine {
  readonly inputs: MasterInput[] = [];
  http!: MasterHttp;

  deliver = (input: MasterInput): void => {
    this.inputs.push(input);
    if (input.type !== "SCHEDULER_CALL") return;
    const { request, stream = "", call } = input;
    if (call.type !== "SUBSCRIBE") {
      this.http.carryOut({ type: "RESPOND", request, status: 202 });
      return;
    }
    this.http.carryOut({ type: "OPEN_STREAM", request, stream });
    this.http.carryOut({
      type: "EVENT",
      stream,
      event: { type: "SUBSCRIBED", subscribed: { framework_id } },
    });
    this.http.carryOut({ type: "EVENT", stream, event: { type: "HEARTBEAT" } });
  };
}

describe("SchedulerApi", () => {
  let machine: FakeMachine;
  let http: MasterHttp;
  let leadership: Leadership;
  const state = masterState();

  function start(options: Partial<MasterHttpOptions> = {}): void {
    machine = new FakeMachine();
    leadership = { type: "LEADING" };
    http = new MasterHttp({
      logger: silentLogger,
      version: "1.2.3",
      leadership: () => leadership,
      deliver: machine.deliver,
      state: () => state,
      ...options,
    });
    machine.http = http;
  }
  beforeEach(() => start());
  afterEach(() => http.server.dispose());

  async function post(
    body: string | Buffer | object,
    headers: Record<string, string | undefined> = {},
  ) {
    const { statusCode, body: text } = await http.server.inject({
      method: "POST",
      url: "/api/v1/scheduler",
      headers: { "content-type": "application/json", ...headers },
      payload: body,
    });
    return { statusCode, text };
  }

  describe("checks a call before the machine hears of it", () => {
    const revive = { type: "REVIVE", framework_id };
    const uuid = Buffer.alloc(15).toString("base64");
    const ids = { agent_id: { value: "A" }, task_id: { value: "T" } };
    const kill_policy = { grace_period: { nanoseconds: -1 } };
    const cases: [string, object | string | Buffer, Record<string, string>, number, string][] = [
      ["type", {}, {}, 400, "type: required"],
      ["an unknown type", { type: "NO_SUCH" }, {}, 400, "type: required"],
      ["JSON", "{", {}, 400, "not JSON"],
      ["an object", "[]", {}, 400, "expected an object"],
      ["UTF-8", Buffer.from([0x22, 0xff, 0x22]), {}, 400, "not UTF-8"],
      ["a content type", "x", { "content-type": "text/plain" }, 415, "application/x-protobuf"],
      ["protobuf", "\u0001", { "content-type": "application/x-protobuf" }, 400, "cannot read"],
      ["arguments", { type: "KILL", framework_id }, {}, 400, "kill: required by KILL"],
      ["a framework", { type: "REVIVE" }, {}, 400, "framework_id: required by REVIVE"],
      [
        "equal ids",
        { type: "SUBSCRIBE", framework_id, subscribe: { framework_info } },
        {},
        400,
        "framework_id: expected the same id",
      ],
      [
        "a uuid",
        { type: "ACKNOWLEDGE", framework_id, acknowledge: { ...ids, uuid } },
        {},
        400,
        "acknowledge.uuid: expected the 16 bytes",
      ],
      [
        "a grace period",
        { type: "KILL", framework_id, kill: { task_id: ids.task_id, kill_policy } },
        {},
        400,
        "kill.kill_policy.grace_period: expected at least 0, got -1",
      ],
      ["Accept", subscribe, { accept: "text/html" }, 406, "text/html"],
      ["no stream id", subscribe, { "mesos-stream-id": "s" }, 400, "expected no Mesos-Stream-Id"],
      ["fewer tasks", launching(10_001), {}, 413, "at most 10000 tasks in one call, got 10001"],
      ["content coding", revive, { "content-encoding": "br" }, 415, "gzip"],
      ["gzip", "plain", { "content-encoding": "gzip" }, 400, "incorrect header check"],
    ];
    for (const [what, body, headers, status, text] of cases)
      it(`${what}: ${status}`, async () => {
        const answer = await post(body, headers);
        expect(answer.statusCode).to.equal(status);
        expect(answer.text).to.contain(text);
        expect(machine.inputs).to.deep.equal([]);
      });
  });

  it("refuses other methods, naming the one it takes", async () => {
    const answer = await http.server.inject({ method: "GET", url: "/api/v1/scheduler" });
    expect([answer.statusCode, answer.headers["allow"]]).to.deep.equal([405, "POST"]);
  });

  it("sends a client to the leader before anything else is looked at", async () => {
    leadership = { type: "FOLLOWING", hostname: "leader", port: 5050 };
    const answer = await http.server.inject({ method: "GET", url: "/master/api/v1/scheduler?a=1" });
    expect([answer.statusCode, answer.headers["location"]]).to.deep.equal([
      307,
      "//leader:5050/master/api/v1/scheduler?a=1",
    ]);
    leadership = { type: "NO_LEADER" };
    expect(await post(subscribe)).to.deep.equal({ statusCode: 503, text: "No leader elected" });
    leadership = { type: "RECOVERING" };
    expect((await post(subscribe)).statusCode).to.equal(503);
  });

  it("asks the authenticator first of all", async () => {
    await http.server.dispose();
    start({
      authenticate: async (realm, { headers }) => {
        const given = headers["authorization"];
        if (given === undefined)
          return { type: "UNAUTHORIZED", challenge: `Basic realm="${realm}"` };
        if (given === "claims") return { type: "AUTHENTICATED", principal: { claims: {} } };
        if (given === "ops") return { type: "AUTHENTICATED", principal: { value: "ops" } };
        return { type: "FORBIDDEN", message: "not you" };
      },
    });
    leadership = { type: "NO_LEADER" };
    const challenged = await http.server.inject({ method: "GET", url: "/api/v1/scheduler" });
    expect([challenged.statusCode, challenged.headers["www-authenticate"]]).to.deep.equal([
      401,
      'Basic realm="scheduler"',
    ]);
    expect((await post(subscribe, { authorization: "claims" })).statusCode).to.equal(403);
    expect(await post(subscribe, { authorization: "other" })).to.deep.equal({
      statusCode: 403,
      text: "not you",
    });
    leadership = { type: "LEADING" };
    const mine = { ...framework_info, principal: "dev" };
    const stranger = { type: "SUBSCRIBE", subscribe: { framework_info: mine } };
    expect((await post(stranger, { authorization: "ops" })).text).to.contain('principal "ops"');
    await post({ type: "REVIVE", framework_id }, { authorization: "ops" });
    expect(machine.inputs).to.deep.equal([
      {
        type: "SCHEDULER_CALL",
        request: "1",
        stream: undefined,
        principal: { value: "ops" },
        call: { type: "REVIVE", framework_id },
      },
    ]);
  });

  it("hands the machine a call with its stream id, and answers 202 with an empty body", async () => {
    const call: scheduler.Call = { type: "TEARDOWN", framework_id };
    const protobuf = Buffer.from(schedulerCall.encodeProtobuf(call));
    const answer = await post(protobuf, {
      "content-type": "application/x-protobuf",
      "mesos-stream-id": "S",
      authorization: "Basic Og==",
    });
    expect(answer).to.deep.equal({ statusCode: 202, text: "" });
    expect(machine.inputs).to.deep.equal([
      { type: "SCHEDULER_CALL", request: "1", stream: "S", call },
    ]);
  });

  describe("over a socket", () => {
    let client: TestClient;
    beforeEach(async () => {
      client = new TestClient((await http.server.listen({ host: "127.0.0.1", port: 0 })).port);
    });
    afterEach(() => client.dispose());

    async function subscribed(headers: Record<string, string> = {}, body: string | Buffer = "") {
      return client.post("/api/v1/scheduler", body === "" ? JSON.stringify(subscribe) : body, {
        "content-type": "application/json",
        ...headers,
      });
    }

    it("opens a chunked stream, one record a chunk, even if asked to close", async () => {
      const response = await subscribed({ connection: "close" });
      expect(response.headers).to.include({
        "transfer-encoding": "chunked",
        "content-type": "application/json",
      });
      expect(response.headers["mesos-stream-id"]).to.match(/^[0-9a-f-]{36}$/);
      expect(await readChunks(response, 2)).to.deep.equal([
        '65\n{"type":"SUBSCRIBED","subscribed":{"framework_id":{"value":"F"}}}',
        '20\n{"type":"HEARTBEAT"}',
      ]);
    });

    it("speaks protobuf to whom asks for it", async () => {
      const response = await subscribed(
        { "content-type": "application/x-protobuf", accept: "application/x-protobuf" },
        Buffer.from(schedulerCall.encodeProtobuf(subscribe)),
      );
      expect(response.headers["content-type"]).to.equal("application/x-protobuf");
      const record = (await readChunks(response, 2, "latin1"))[1] ?? "";
      const [length = "", payload = ""] = record.split("\n");
      expect(payload.length).to.equal(Number(length));
      expect(schedulerEvent.decodeProtobuf(Buffer.from(payload, "latin1"))).to.deep.equal({
        type: "HEARTBEAT",
      });
    });

    it("tells the machine when a client goes away, and not when it closed the stream itself", async () => {
      const first = await subscribed();
      const second = await subscribed();
      const streams = [first, second].map((one) => String(one.headers["mesos-stream-id"]));
      http.carryOut({ type: "CLOSE_STREAM", stream: streams[0] ?? "" });
      await readBody(first);
      second.destroy();
      await until(() => machine.inputs.length === 3);
      expect(machine.inputs[2]).to.deep.equal({ type: "STREAM_CLOSED", stream: streams[1] });
      http.carryOut({ type: "EVENT", stream: streams[1] ?? "", event: { type: "HEARTBEAT" } });
    });
  });

  it("closes a stream that nobody reads", async () => {
    await http.server.dispose();
    start({ maxStreamBufferBytes: 1 << 20 });
    const client = new TestClient((await http.server.listen({ host: "127.0.0.1", port: 0 })).port);
    const response = await client.post("/api/v1/scheduler", JSON.stringify(subscribe), {
      "content-type": "application/json",
    });
    response.pause();
    const stream = String(response.headers["mesos-stream-id"]);
    const event = { type: "ERROR", error: { message: "x".repeat(1 << 20) } } as const;
    await until(() => {
      http.carryOut({ type: "EVENT", stream, event });
      return machine.inputs.some((input) => input.type === "STREAM_CLOSED");
    });
    client.dispose();
  });
});
