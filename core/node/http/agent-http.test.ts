import { mkdir, mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import { readChunks, TestClient } from "../../../integration/testing/http-client.js";
import type { AgentEffect, AgentInput } from "../../agent/agent-io.js";
import { AgentDriver, commandTask, framework } from "../../agent/testing.js";
import { silentLogger } from "../../base/logger.js";
import { agentCall, agentResponse } from "../../protocol/codecs.js";
import { AgentHttp, type AgentHttpEffect } from "./agent-http.js";

describe("AgentHttp", () => {
  let workDir: string;
  let driver: AgentDriver;
  let http: AgentHttp;
  let directory: string;

  function carryOut(effects: readonly AgentEffect[]): void {
    for (const effect of effects)
      if (["OPEN_STREAM", "EVENT", "CLOSE_STREAM", "RESPOND"].includes(effect.type))
        http.carryOut(effect as AgentHttpEffect);
  }

  beforeEach(async () => {
    workDir = await mkdtemp(join(tmpdir(), "dasmos-agent-"));
    driver = AgentDriver.registered({ workDir });
    driver.run(commandTask("task-1"), { frameworkInfo: framework() });
    driver.launched("task-1");
    http = new AgentHttp({
      logger: silentLogger,
      version: "1.2.3",
      state: () => driver.agent.state,
      now: () => 10_000,
      deliver: (input: AgentInput) => carryOut(driver.step(input)),
      containers: {
        usage: async () => ({ timestamp: 1, cpus_limit: 0.5 }),
        status: () => Promise.reject(new Error("it has just ended")),
      },
    });
    const place = driver.agent.state.containers.get(driver.containerId("task-1"));
    directory = place?.executor.directory ?? "";
    await mkdir(directory, { recursive: true });
    await writeFile(join(directory, "stdout"), "hello");
  });
  afterEach(async () => {
    await http.server.dispose();
    await rm(workDir, { recursive: true });
  });

  async function get(url: string) {
    const answer = await http.server.inject(url);
    const isJson = String(answer.headers["content-type"]).startsWith("application/json");
    return { status: answer.statusCode, body: isJson ? (answer.json() as unknown) : answer.body };
  }

  it("shows its whole state at /state, in the shape of Mesos", async () => {
    const { status, body } = await get("/slave(1)/state");
    const amounts = { cpus: 4, gpus: 0, mem: 4096, disk: 0 };
    const whole = [
      { name: "cpus", type: "SCALAR", scalar: { value: 4 }, role: "*" },
      { name: "mem", type: "SCALAR", scalar: { value: 4096 }, role: "*" },
    ];
    expect(status).to.equal(200);
    const { frameworks, ...rest } = body as { readonly frameworks: readonly object[] };
    expect(rest).to.deep.include({
      version: "1.2.3",
      start_time: 0,
      id: "agent-1",
      pid: "slave(1)@10.0.0.1:5051",
      hostname: "agent.example",
      master_hostname: "master.example",
      resources: amounts,
      reserved_resources: {},
      unreserved_resources: amounts,
      reserved_resources_full: {},
      unreserved_resources_full: whole,
      reserved_resources_allocated: {},
      attributes: {},
      flags: {},
      completed_frameworks: [],
    });
    const [shown] = frameworks;
    expect(shown).to.have.all.keys(
      ...["id", "name", "user", "failover_timeout", "checkpoint", "hostname", "principal"],
      ...[Object.keys(shown ?? {}).includes("roles") ? "roles" : "role"],
      ...["executors", "completed_executors"],
    );
    const { executors } = shown as { readonly executors: readonly object[] };
    expect(executors[0]).to.deep.include({ id: "task-1", directory, queued_tasks: [] });
    const { tasks } = executors[0] as { readonly tasks: readonly object[] };
    expect(tasks[0]).to.deep.include({ id: "task-1", slave_id: "agent-1", state: "TASK_RUNNING" });
  });

  it("answers under every path that clients use", async () => {
    for (const path of ["/state", "/state.json", "/slave(1)/state.json", "/slave%281%29/state/"])
      expect((await get(path)).status, path).to.equal(200);
    for (const path of ["/health", "/version", "/flags", "/containers", "/monitor/statistics.json"])
      expect((await get(`/slave(1)${path}`)).status, path).to.equal(200);
  });

  it("answers reads of the operator API alike in both encodings", async () => {
    const types = [
      "GET_STATE",
      "GET_FRAMEWORKS",
      "GET_EXECUTORS",
      "GET_TASKS",
      "GET_OPERATIONS",
      "GET_AGENT",
    ] as const;
    for (const type of [...types, "GET_CONTAINERS", "GET_HEALTH", "GET_METRICS"] as const) {
      const send = (body: string | Buffer, mime: string) =>
        http.server.inject({
          method: "POST",
          url: "/slave(1)/api/v1",
          headers: { "content-type": mime, accept: mime },
          payload: body,
        });
      const json = await send(JSON.stringify({ type }), "application/json");
      expect(json.statusCode, type).to.equal(200);
      expect(json.json()).to.have.all.keys("type", type.toLowerCase());
      if (type === "GET_METRICS") continue;
      const bytes = Buffer.from(agentCall.encodeProtobuf({ type }));
      const protobuf = await send(bytes, "application/x-protobuf");
      expect(agentResponse.decodeProtobuf(protobuf.rawPayload), type).to.deep.equal(
        agentResponse.check(json.json()),
      );
    }
  });

  it("shows containers with what could be read of them", async () => {
    const containerId = driver.containerId("task-1");
    const [container] = (await get(`/containers?container_id=${containerId}`)).body as object[];
    expect(container).to.deep.include({
      framework_id: "framework-1",
      executor_id: "task-1",
      container_id: containerId,
      statistics: { timestamp: 1, cpus_limit: 0.5 },
    });
    expect((await get("/containers?container_id=other")).body).to.deep.equal([]);
    expect((await get("/containers?container_id=a&framework_id=b")).status).to.equal(400);
  });

  it("shows sandboxes under their own path and as the latest run", async () => {
    const runs = directory.slice(0, directory.lastIndexOf("/"));
    const short = "/frameworks/framework-1/executors/task-1/runs/latest";
    for (const path of [directory, `${runs}/latest`, short])
      expect((await get(`/files/read?path=${path}/stdout&offset=0`)).body, path).to.deep.equal({
        offset: 0,
        data: "hello",
      });
    expect((await get(`/files/browse?path=${workDir}`)).status).to.equal(404);
  });

  it("shows sandboxes that it does not remember, and nothing beside them", async () => {
    const agent = directory.slice(0, directory.indexOf("/frameworks/"));
    const runs = "/frameworks/before/executors/e/runs";
    await mkdir(join(agent, runs, "run-1"), { recursive: true });
    await writeFile(join(agent, runs, "run-1", "stdout"), "kept");
    await symlink("run-1", join(agent, runs, "latest"));
    await symlink("/etc", join(agent, runs, "etc"));
    await symlink("/etc/passwd", join(agent, runs, "run-1", "passwd"));
    await symlink("before", join(agent, "frameworks", "linked"));
    const read = async (path: string) => get(`/files/read?path=${path}&offset=0`);
    for (const path of [`${agent}${runs}/run-1`, `${agent}${runs}/latest`, `${runs}/latest`])
      expect((await read(`${path}/stdout`)).body, path).to.deep.equal({ offset: 0, data: "kept" });
    const refused: readonly [path: string, status: number][] = [
      [`${agent}${runs}/run-1/passwd`, 403],
      [`${agent}${runs}/etc/passwd`, 404],
      [`${agent}${runs}/run-2/stdout`, 404],
      [`${runs}/run-1/stdout`, 404],
      [`${agent}/frameworks/linked/executors/e/runs/run-1/stdout`, 404],
      [`${workDir}/slaves/agent-2${runs}/run-1/stdout`, 404],
    ];
    for (const [path, status] of refused) expect((await read(path)).status, path).to.equal(status);
    expect((await get(`/files/browse?path=${agent}${runs}`)).status).to.equal(404);
  });

  it("counts at /metrics/snapshot under Mesos' names", async () => {
    expect((await get("/metrics/snapshot")).body).to.include({
      "slave/uptime_secs": 10,
      "slave/registered": 1,
      "slave/frameworks_active": 1,
      "slave/tasks_running": 1,
      "slave/tasks_finished": 0,
      "slave/executors_running": 1,
      "slave/cpus_total": 4,
    });
  });

  it("answers 503 while it recovers, before anything else is looked at", async () => {
    driver = new AgentDriver({ workDir });
    expect((await get("/slave(1)/api/v1")).status).to.equal(503);
    expect((await get("/state")).status).to.equal(503);
    expect((await get("/health")).status).to.equal(200);
  });

  describe("the executor API", () => {
    const ids = { framework_id: { value: "framework-1" }, executor_id: { value: "executor-1" } };
    const subscribe = { type: "SUBSCRIBE", ...ids, subscribe: {} };
    const post = (body: object, headers = {}) =>
      http.server.inject({
        method: "POST",
        url: "/slave(1)/api/v1/executor",
        headers,
        payload: body,
      });

    it("refuses what is no call, in Mesos' order of checks", async () => {
      const statuses = [
        await http.server.inject("/api/v1/executor"),
        await post({}, { "content-type": "text/plain" }),
        await post({ type: "SUBSCRIBE" }),
        await post(subscribe, { accept: "text/html" }),
        await post(subscribe),
        await post({ type: "HEARTBEAT", ...ids }),
      ].map(({ statusCode }) => statusCode);
      expect(statuses).to.deep.equal([405, 415, 400, 406, 400, 202]);
    });

    it("opens a stream without a Mesos-Stream-Id, and tells the machine of its end", async () => {
      const executor = { executor_id: { value: "executor-1" }, command: { value: "run" } };
      driver.run(
        { ...commandTask("task-2"), executor },
        { frameworkInfo: framework(), executor: { ...executor, framework_id: ids.framework_id } },
      );
      const { port } = await http.server.listen({ host: "127.0.0.1", port: 0 });
      const client = new TestClient(port);
      const response = await client.post("/slave(1)/api/v1/executor", JSON.stringify(subscribe), {
        "content-type": "application/json",
      });
      expect(response.statusCode).to.equal(200);
      expect(response.headers).not.to.have.property("mesos-stream-id");
      expect(response.headers).to.include({ "transfer-encoding": "chunked" });
      const [record = ""] = await readChunks(response, 1);
      expect(record).to.match(/^\d+\n\{"type":"SUBSCRIBED"/);
      client.dispose();
    });
  });
});
