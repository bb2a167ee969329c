import type { IncomingMessage } from "node:http";
import { expect } from "chai";
import {
  agentResponse,
  masterCall,
  masterResponse,
  schedulerCall,
  schedulerEvent,
} from "../core/protocol/codecs.js";
import { RecordDecoder } from "../core/protocol/recordio.js";
import type { v1 } from "../core/protocol/v1.js";
import { readBody, readChunks, TestClient, until } from "./testing/http-client.js";
import { RawScheduler, recordOf } from "./testing/raw-scheduler.js";
import { TestCluster } from "./testing/test-cluster.js";

/** What software written for Mesos demands on the wire, met over plain HTTP by a master and an agent that really run. */
describe("wire compatibility", function () {
  this.timeout(90_000);
  let cluster: TestCluster;
  let client: TestClient;
  const schedulers: RawScheduler[] = [];

  before(async () => {
    cluster = await TestCluster.start();
    client = new TestClient(cluster.master.port);
  });
  after(async () => {
    client.dispose();
    await cluster.dispose();
  });
  afterEach(() => {
    for (const one of schedulers.splice(0)) one.dispose();
  });

  const framework_info = { user: "root", name: "raw", failover_timeout: 0 };
  const subscribe = (info: object = {}) => ({
    type: "SUBSCRIBE",
    subscribe: { framework_info: { ...framework_info, ...info } },
  });
  async function scheduler(info: object = {}, headers = {}): Promise<RawScheduler> {
    const one = await RawScheduler.subscribe(cluster.master.port, subscribe(info), headers);
    schedulers.push(one);
    return one;
  }
  const post = (path: string, body: string | Buffer, headers: object) =>
    client.send("POST", path, { "content-type": "application/json", ...headers }, body);
  const readBytes = async (response: IncomingMessage) =>
    Buffer.from(
      (await readChunks(response, Number.POSITIVE_INFINITY, "latin1")).join(""),
      "latin1",
    );
  const taskOf = (offer: v1.Offer, more: object) => ({
    name: "t",
    task_id: { value: `t-${offer.id.value}` },
    agent_id: offer.agent_id,
    command: { value: "sleep 100" },
    ...more,
  });
  const accept = (offer: v1.Offer, task_infos: readonly object[]) => ({
    type: "ACCEPT",
    accept: {
      offer_ids: [offer.id],
      operations: [{ type: "LAUNCH", launch: { task_infos } }],
      filters: { refuse_seconds: 0 },
    },
  });

  it("W1: /version is JSON, its version N.N.N", async () => {
    const { version } = await cluster.master.get<{ readonly version: string }>("/version");
    expect(version).to.match(/^\d+\.\d+\.\d+$/);
  });

  it("W2, W3, W4: a stream of records, a chunk each, even with Connection: close", async () => {
    const one = await scheduler({}, { connection: "close" });
    expect(one.status).to.equal(200);
    expect(one.headers).to.include({ "transfer-encoding": "chunked" });
    expect(one.headers["mesos-stream-id"]).to.be.a("string");
    await one.next("HEARTBEAT");
    await one.next("OFFERS");
    expect(one.chunks.slice(0, 2).map((chunk) => recordOf(chunk).type)).to.deep.equal([
      "SUBSCRIBED",
      "HEARTBEAT",
    ]);
  });

  it("W5: chunked bodies, header names in any case, many Accept headers or none", async () => {
    const body = JSON.stringify(subscribe());
    for (const headers of [
      { "transfer-encoding": "chunked" },
      { "CONTENT-type": "application/json", ACCEPT: ["text/html", "application/json"] },
      { accept: "*/*" },
    ]) {
      const response = await post("/api/v1/scheduler", body, headers);
      expect(response.statusCode).to.equal(200);
      response.destroy();
    }
  });

  it("W6: null stands for any field that is not set", async () => {
    const nothing = { id: null, offer_filters: null, roles: null, labels: null, principal: null };
    const call = { framework_id: null, kill: null, ...subscribe(nothing) };
    const one = await RawScheduler.subscribe(cluster.master.port, call);
    schedulers.push(one);
    const id = await one.subscribed();
    const offer = await one.nextOffer();
    const task = taskOf(offer, {
      resources: [{ name: "cpus", type: "SCALAR", scalar: { value: 0.1 }, role: null }],
      limits: null,
      health_check: null,
      container: null,
    });
    expect(await one.call(id, accept(offer, [task]))).to.deep.equal([202, ""]);
    await one.nextStatus("TASK_RUNNING");
  });

  it("W7: other calls are answered with 202 and nothing", async () => {
    const one = await scheduler();
    const id = await one.subscribed();
    for (const type of ["REVIVE", "SUPPRESS"])
      expect(await one.call(id, { type })).to.deep.equal([202, ""]);
    expect(await one.call(id, { type: "RECONCILE", reconcile: {} })).to.deep.equal([202, ""]);
  });

  it("W9: /api/v1/operator is the operator API", async () => {
    const response = await post("/api/v1/operator", '{"type":"GET_HEALTH"}', {});
    expect(await readBody(response)).to.equal(
      '{"type":"GET_HEALTH","get_health":{"healthy":true}}',
    );
  });

  it("W10: offers in the format of the framework's capabilities", async () => {
    const plain = await (await scheduler()).nextOffer();
    expect(plain).not.to.have.property("allocation_info");
    for (const resource of plain.resources ?? []) {
      expect(resource).not.to.have.any.keys("allocation_info", "reservations");
      expect(resource.role).to.equal("*");
    }
    for (const one of schedulers.splice(0)) one.dispose();
    const capabilities = [{ type: "MULTI_ROLE" }, { type: "RESERVATION_REFINEMENT" }];
    const refined = await (await scheduler({ roles: ["*"], capabilities })).nextOffer();
    expect(refined.allocation_info).to.deep.equal({ role: "*" });
    for (const resource of refined.resources ?? []) {
      expect(resource.allocation_info).to.deep.equal({ role: "*" });
      expect(resource).not.to.have.any.keys("role", "reservation");
    }
  });

  it("W11: ACCEPT of no tasks declines", async () => {
    const one = await scheduler();
    const id = await one.subscribed();
    const offer = await one.nextOffer();
    expect(await one.call(id, accept(offer, []))).to.deep.equal([202, ""]);
    expect((await one.nextOffer()).id).not.to.deep.equal(offer.id);
  });

  it("W12, W13: resources without a role; statuses that say where and in which container", async () => {
    const one = await scheduler();
    const id = await one.subscribed();
    const offer = await one.nextOffer();
    expect(offer.url?.address).to.deep.include({ ip: "127.0.0.1", port: cluster.agent.port });
    const task = taskOf(offer, {
      resources: [
        { name: "cpus", type: "SCALAR", scalar: { value: 0.1 } },
        { name: "ports", type: "RANGES", ranges: { range: [{ begin: 31_000, end: 31_001 }] } },
      ],
    });
    await one.call(id, accept(offer, [task]));
    const status = await one.nextStatus("TASK_RUNNING");
    expect(status.agent_id).to.deep.equal(offer.agent_id);
    expect(status.executor_id).to.deep.equal(task.task_id);
    expect(status.container_status?.network_infos?.[0]?.ip_addresses?.[0]?.ip_address).to.equal(
      "127.0.0.1",
    );
    const { slaves } = await cluster.master.get<{
      readonly slaves: readonly { readonly used_resources: Readonly<Record<string, unknown>> }[];
    }>("/master/slaves");
    expect(slaves[0]?.used_resources["ports"]).to.equal("[31000-31001]");
  });

  it("W14: protobuf both ways", async () => {
    const protobuf = "application/x-protobuf";
    const call = schedulerCall.check(subscribe());
    const response = await post(
      "/api/v1/scheduler",
      Buffer.from(schedulerCall.encodeProtobuf(call)),
      { "content-type": protobuf, accept: protobuf },
    );
    expect(response.headers["content-type"]).to.equal(protobuf);
    const decoder = new RecordDecoder(1 << 20);
    const types: (string | undefined)[] = [];
    response.on("data", (chunk: Buffer) => {
      for (const record of decoder.push(chunk))
        types.push(schedulerEvent.decodeProtobuf(record).type);
    });
    await until(() => types.length >= 2);
    expect(types.slice(0, 2)).to.deep.equal(["SUBSCRIBED", "HEARTBEAT"]);
    response.destroy();
  });

  it("W14: protobuf both ways on the operator APIs", async () => {
    const protobuf = "application/x-protobuf";
    const headers = { "content-type": protobuf, accept: protobuf };
    const getHealth = Buffer.from(masterCall.encodeProtobuf({ type: "GET_HEALTH" }));
    const health = { type: "GET_HEALTH", get_health: { healthy: true } };
    const answer = await post("/api/v1", getHealth, headers);
    expect(masterResponse.decodeProtobuf(await readBytes(answer))).to.deep.equal(health);
    const agentClient = new TestClient(cluster.agent.port);
    const ofAgent = await agentClient.post("/slave(1)/api/v1", getHealth, headers);
    expect(agentResponse.decodeProtobuf(await readBytes(ofAgent))).to.deep.equal(health);
    agentClient.dispose();
  });

  it("W16: the tasks of an id", async () => {
    const one = await scheduler();
    const id = await one.subscribed();
    const offer = await one.nextOffer();
    const resources = [{ name: "cpus", type: "SCALAR", scalar: { value: 0.1 } }];
    const task = taskOf(offer, { resources });
    await one.call(id, accept(offer, [task]));
    await one.nextStatus("TASK_RUNNING");
    const found = async (taskId: string): Promise<readonly unknown[]> => {
      const path = `/tasks?task_id=${taskId}&framework_id=${id.value}`;
      const { tasks } = await cluster.master.get<{
        readonly tasks: readonly { readonly id: string }[];
      }>(path);
      return tasks.map((shown) => shown.id);
    };
    expect(await found(task.task_id.value)).to.deep.equal([task.task_id.value]);
    expect(await found("another")).to.deep.equal([]);
  });

  it("W15, W16: JSONP, and every path that clients use", async () => {
    const names = ["state", "slaves", "frameworks", "tasks", "state-summary", "roles", "flags"];
    for (const name of [...names, "version", "metrics/snapshot"])
      for (const path of [name, `${name}.json`, `master/${name}`, `master/${name}/`]) {
        const response = await client.send("GET", `/${path}?jsonp=cb&order=asc&limit=-1`);
        expect(response.statusCode, path).to.equal(200);
        expect(response.headers["content-type"]).to.equal("text/javascript");
        expect(await readBody(response)).to.match(/^cb\(\{[^]*\}\);$/);
      }
    for (const path of ["state", "slave(1)/state", "slave(1)/state.json", "monitor/statistics"])
      await cluster.agent.get(`/${path}`);
  });

  it("W17: addresses as libprocess writes them", async () => {
    const { port } = cluster.master;
    const state = await cluster.master.get<Readonly<Record<string, unknown>>>("/state");
    expect(state["leader"]).to.equal(`master@127.0.0.1:${port}`);
    expect(state["leader_info"]).to.include({ port }).and.to.have.property("hostname");
    const [slave] = state["slaves"] as readonly Readonly<Record<string, unknown>>[];
    expect(slave?.["pid"]).to.equal(`slave(1)@127.0.0.1:${cluster.agent.port}`);
    expect(slave?.["resources"]).to.deep.include({ ports: "[31000-31099]" });
  });

  it("W18: every metric that exporters ask for, a number each", async () => {
    const shown = await cluster.master.get<Readonly<Record<string, unknown>>>("/metrics/snapshot");
    const all = Object.entries(shown);
    expect(all.filter(([, value]) => typeof value !== "number")).to.deep.equal([]);
    expect(all.length).to.be.above(130);
    expect(shown).to.include.keys(
      ...["master/uptime_secs", "master/tasks_finished", "master/slaves_active"],
      ...["master/mem_percent", "registrar/state_store_ms/p99", "system/load_15min"],
      ...["allocator/mesos/resources/cpus/total", "master/invalid_status_updates"],
    );
    const agent = await cluster.agent.get<Readonly<Record<string, unknown>>>("/metrics/snapshot");
    expect(agent).to.include.keys("slave/registered", "slave/tasks_running", "slave/cpus_used");
  });

  it("W19: empty credentials are no obstacle where nobody has to authenticate", async () => {
    const one = await scheduler({}, { authorization: "Basic Og==" });
    expect(one.status).to.equal(200);
  });
});
