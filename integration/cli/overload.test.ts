import { once } from "node:events";
import { readFileSync, writeFileSync } from "node:fs";
import { type ClientRequest, type IncomingMessage, request } from "node:http";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { setTimeout as sleep } from "node:timers/promises";
import { gzipSync } from "node:zlib";
import { expect } from "chai";
import { WebSocket } from "ws";
import { AGENT_PATH } from "../../core/node/agent-path.js";
import { schedulerCall } from "../../core/protocol/codecs.js";
import type { scheduler, v1 } from "../../core/protocol/v1.js";
import { calibrate } from "../benchmarks/calibration.js";
import { eventually } from "../contracts/processes.js";
import { LocalCluster, makeMarkedDirectory } from "./local-cluster.js";
import { complete, TaskLauncher } from "./task-launcher.js";

const MIB = 1024 * 1024;
const TASKS = 10_000;
const ANSWERS_MS = 90_000;
/** What the calibration loop takes on the machine that the limits are meant for: on a slower one they are longer. */
const CALIBRATION_MS = 30;
const loopWatch = fileURLToPath(new URL("./loop-watch.js", import.meta.url));

/** Asks after a master's health all the time, and keeps how often it was well. */
class HealthProbe {
  readonly statuses = new Map<number | string, number>();
  private stopped = false;
  private readonly done: Promise<void>;

  constructor(private readonly url: string) {
    this.done = this.ask();
  }

  private async ask(): Promise<void> {
    while (!this.stopped) {
      const status = await fetch(`${this.url}/health`).then(
        (response) => response.status,
        (error: Error) => error.message,
      );
      this.statuses.set(status, (this.statuses.get(status) ?? 0) + 1);
      await sleep(10);
    }
  }

  async stop(): Promise<void> {
    this.stopped = true;
    await this.done;
  }
}

describe("a master that is asked too much", function () {
  this.timeout(180_000);
  let cluster: LocalCluster;
  let watch: string;
  let probe: HealthProbe;
  let slowness: number;
  /** Two hundred MiB once it is unpacked. */
  let bomb: Buffer;
  before(async () => {
    bomb = gzipSync(Buffer.alloc(200 * MIB, " "));
    slowness = Math.max(1, calibrate() / CALIBRATION_MS);
    const directory = await makeMarkedDirectory();
    watch = join(directory, "loop-watch");
    cluster = await LocalCluster.start(["--no-demo", "--resources=cpus:4;mem:4096"], {
      directory,
      environment: {
        NODE_OPTIONS: `--import=${loopWatch}`,
        LOOP_WATCH_FILE: watch,
      },
    });
  });
  beforeEach(() => {
    writeFileSync(watch, "");
    probe = new HealthProbe(cluster.master);
  });
  after(() => cluster.dispose());

  /** It went on serving, and nothing held its event loop for longer than this. */
  async function expectWell(limitMs: number): Promise<void> {
    await probe.stop();
    expect([...probe.statuses.keys()]).to.deep.equal([200]);
    const holds = readFileSync(watch, "utf8").split("\n").filter(Boolean).map(Number);
    expect(Math.max(0, ...holds)).to.be.lessThan(limitMs * slowness);
    const { end, stdout } = await cluster.run("run", "echo well");
    expect([end, stdout]).to.deep.equal([0, "well\n"]);
  }

  const url = () => `${cluster.master}/api/v1/scheduler`;
  const json = { "content-type": "application/json" };

  async function post(
    body: string | Uint8Array,
    headers: Readonly<Record<string, string>>,
  ): Promise<{ readonly status: number; readonly text: string }> {
    const response = await fetch(url(), { method: "POST", headers, body });
    return { status: response.status, text: await response.text() };
  }

  it("refuses bodies over the limit, however they are sent", async () => {
    const large = JSON.stringify({ type: "X".repeat(4 * MIB) });
    const told = await post(large, json);
    expect(told.status).to.equal(413);
    expect(told.text).not.to.equal("");
    // As much again and again: the answer reaches a client that is still sending.
    for (let i = 0; i < 20; i++)
      expect((await post(JSON.stringify({ type: "X".repeat(8 * MIB) }), json)).status).to.equal(
        413,
      );
    expect((await post(bomb, { ...json, "content-encoding": "gzip" })).status).to.equal(413);
    const sent = request(url(), { method: "POST", headers: json });
    const answered = once(sent, "response") as Promise<[IncomingMessage]>;
    sent.on("error", () => {});
    const piece = Buffer.alloc(64 * 1024, " ");
    feed(sent, piece);
    const [response] = await answered;
    response.on("error", () => {}).resume();
    expect(response.statusCode).to.equal(413);
    sent.destroy();
    await expectWell(100);
  });

  it("refuses what is nested deeply, and what holds too many values", async () => {
    const bodies = [
      "[".repeat(MIB),
      '{"a":'.repeat(300_000),
      `{"type":"SUBSCRIBE","subscribe":{"framework_info":${"[".repeat(500_000)}${"]".repeat(500_000)}}}`,
      `{"type":"REVIVE","revive":{"roles":[${'"",'.repeat(700_000)}""]}}`,
    ];
    for (const body of bodies) {
      const { status, text } = await post(body, json);
      expect([status, text === ""]).to.deep.equal([400, false]);
    }
    const protobuf = { "content-type": "application/x-protobuf" };
    expect((await post(Buffer.alloc(2 * MIB, 0x0b), protobuf)).status).to.equal(400);
    await expectWell(300);
  });

  it("answers for every one of ten thousand tasks in one ACCEPT, or refuses it as too large", async () => {
    const protobuf = "application/x-protobuf";
    const launcher = await TaskLauncher.start(cluster.master, {}, protobuf);
    try {
      const offer = await launcher.offer();
      const wordy = acceptOf(launcher, offer, `: ${"x".repeat(300)}`);
      expect((await post(schedulerCall.toJson(wordy), json)).status).to.equal(413);
      const call = acceptOf(launcher, offer, ":");
      const { framework_id: _, ...accept } = call;
      await launcher.client.call(accept);
      const told = () => new Set(launcher.updates.map(({ task_id }) => task_id.value)).size;
      const all = async () => (told() === TASKS ? true : undefined);
      await eventually("all tasks have an answer", all, ANSWERS_MS);
    } finally {
      await launcher.dispose();
    }
    await expectWell(300);
  });

  it("closes a stream that nobody reads, and goes on", async () => {
    const framework_info = { user: "root", name: "deaf" };
    const sent = request(url(), { method: "POST", headers: json });
    sent.end(JSON.stringify({ type: "SUBSCRIBE", subscribe: { framework_info } }));
    const [response] = (await once(sent, "response")) as [IncomingMessage];
    const [first] = (await once(response, "data")) as [Buffer];
    response.pause();
    const closed = new Promise<void>((resolve) => response.once("close", resolve));
    response.on("error", () => {});
    const value = /"framework_id":\{"value":"([^"]+)"\}/.exec(first.toString())?.[1] ?? "";
    const tasks = Array.from({ length: 6_000 }, (_, i) => ({ task_id: { value: `unknown-${i}` } }));
    const call = { type: "RECONCILE", framework_id: { value }, reconcile: { tasks } };
    const headers = { ...json, "mesos-stream-id": String(response.headers["mesos-stream-id"]) };
    const statuses = new Set<number>();
    for (let i = 0; i < 80 && statuses.size < 2; i++)
      statuses.add((await post(JSON.stringify(call), headers)).status);
    // Without a failover timeout it is gone as soon as it is not subscribed.
    expect([...statuses].map((status) => status >= 400)).to.deep.equal([false, true]);
    response.resume();
    await closed;
    await expectWell(100);
  });

  it("drops a peer whose frames are too large or no frames at all", async () => {
    for (const frame of [Buffer.alloc(17 * MIB), Buffer.from("garbage"), "text"]) {
      const socket = new WebSocket(cluster.master.replace("http", "ws") + AGENT_PATH);
      socket.on("error", () => {});
      await once(socket, "open");
      socket.send(frame);
      const [code] = (await once(socket, "close")) as [number];
      expect(code).to.be.greaterThan(1000);
    }
    await expectWell(100);
  });
});

/** Sends on until the connection ends. */
function feed(sent: ClientRequest, piece: Buffer): void {
  const more = (): void => {
    while (!sent.destroyed && sent.write(piece));
  };
  sent.on("drain", more);
  more();
}

function acceptOf(launcher: TaskLauncher, offer: v1.Offer, value: string): scheduler.Call {
  const task_infos = Array.from({ length: TASKS }, (_, i) =>
    complete({ task_id: { value: `t${i}` }, command: { value } }, offer.agent_id),
  );
  return {
    type: "ACCEPT",
    framework_id: { value: launcher.client.frameworkId ?? "" },
    accept: {
      offer_ids: [offer.id],
      operations: [{ type: "LAUNCH", launch: { task_infos } }],
    },
  };
}
