import { expect } from "chai";
import { masterState, populate } from "../../../integration/testing/master-states.js";
import { silentLogger } from "../../base/logger.js";
import type { MasterInput } from "../../master/master-io.js";
import type { MasterState } from "../../master/master-state.js";
import { masterCall, masterResponse } from "../../protocol/codecs.js";
import { Resources } from "../../resources/resources.js";
import type { Leadership } from "./leadership-gate.js";
import { MasterHttp } from "./master-http.js";

describe("MasterHttp", () => {
  let state: MasterState;
  let http: MasterHttp;
  let inputs: MasterInput[];
  let leadership: Leadership;

  beforeEach(() => {
    state = masterState();
    inputs = [];
    leadership = { type: "LEADING" };
    http = new MasterHttp({
      logger: silentLogger,
      version: "1.2.3",
      leadership: () => leadership,
      state: () => state,
      now: () => 11_000,
      flags: { zk: "zk://me:pw@zk1:2181/mesos", credentials: "file", port: "5050" },
      deliver: (input) => {
        inputs.push(input);
        if (input.type === "OPERATOR_CALL")
          http.carryOut({ type: "RESPOND", request: input.request, status: 200 });
      },
    });
  });
  afterEach(() => http.server.dispose());

  async function get(url: string, headers: Record<string, string> = {}) {
    const answer = await http.server.inject({ method: "GET", url, headers });
    const isJson = String(answer.headers["content-type"]).startsWith("application/json");
    return { status: answer.statusCode, body: isJson ? (answer.json() as unknown) : answer.body };
  }

  it("pages through tasks at /tasks", async () => {
    populate(state);
    const ids = async (query: string) =>
      ((await get(`/tasks${query}`)).body as { tasks: { id: string }[] }).tasks.map(({ id }) => id);
    expect(await ids("")).to.deep.equal(["T0", "T1", "T2"]);
    expect(await ids("?order=asc&limit=-1")).to.deep.equal(["T1", "T2", "T0"]);
    expect(await ids("?limit=1&offset=1")).to.deep.equal(["T1"]);
    expect(await ids("?task_id=T2")).to.deep.equal(["T2"]);
    expect(await ids("?framework_id=F0")).to.deep.equal(["T0"]);
  });

  it("answers under every path that clients use", async () => {
    const paths = ["/x", "/x/", "/x.json", "/master/x", "/master/x.json", "/master/x/"];
    for (const name of ["version", "state", "frameworks", "flags", "metrics/snapshot"])
      for (const path of paths)
        expect((await get(path.replace("x", name))).status, path).to.equal(200);
    expect((await get("/slave(1)/state")).status).to.equal(404);
    expect(await get("/nowhere?a=b")).to.deep.equal({
      status: 404,
      body: "nothing answers at /nowhere",
    });
  });

  it("wraps JSON in a call of the function a client names, and of nothing else", async () => {
    const answer = await http.server.inject("/version?jsonp=angular.callbacks._0");
    expect(answer.headers["content-type"]).to.equal("text/javascript");
    expect(answer.body).to.match(/^angular\.callbacks\._0\(\{"version":"1\.2\.3".*\}\);$/);
    expect((await get("/version?jsonp=alert(1)//")).status).to.equal(400);
  });

  it("compresses what is worth it for a client that agrees", async () => {
    populate(state);
    const headers = { "accept-encoding": "gzip" };
    const large = await http.server.inject({ url: "/state", headers });
    expect(large.headers["content-encoding"]).to.equal("gzip");
    expect((await http.server.inject({ url: "/version", headers })).headers).not.to.have.property(
      "content-encoding",
    );
    expect((await http.server.inject("/state")).headers).not.to.have.property("content-encoding");
  });

  it("counts at /metrics/snapshot under Mesos' names", async () => {
    populate(state);
    state.metrics.increment("tasks_finished");
    state.metrics.increment("task_failed/source_executor/reason_command_executor_failed", 2);
    const { body } = await get("/metrics/snapshot");
    expect(body).to.include({
      "master/uptime_secs": 10,
      "master/elected": 1,
      "master/slaves_connected": 1,
      "master/slaves_unreachable": 1,
      "master/frameworks_active": 1,
      "master/tasks_running": 1,
      "master/tasks_unreachable": 1,
      "master/tasks_finished": 1,
      "master/task_failed/source_executor/reason_command_executor_failed": 2,
      "master/messages_kill_task": 0,
      "master/cpus_total": 4,
      "master/cpus_used": 1,
      "master/cpus_percent": 0.25,
      "master/gpus_percent": 0,
      "master/cpus_revocable_total": 0,
    });
    const names = Object.entries(body as object);
    expect(names.length).to.be.above(110);
    expect(names.filter(([, value]) => !Number.isFinite(value))).to.deep.equal([]);
  });

  it("answers reads of the operator API alike in both encodings", async () => {
    populate(state);
    const types = ["GET_HEALTH", "GET_VERSION", "GET_FLAGS", "GET_STATE", "GET_AGENTS"] as const;
    const more = [
      "GET_FRAMEWORKS",
      "GET_EXECUTORS",
      "GET_TASKS",
      "GET_OPERATIONS",
      "GET_ROLES",
      "GET_WEIGHTS",
      "GET_QUOTA",
      "GET_MASTER",
    ] as const;
    for (const type of [...types, ...more]) {
      const json = await call({ type });
      expect(json.status, type).to.equal(200);
      expect(json.body).to.have.all.keys("type", type.toLowerCase());
      const answer = await http.server.inject({
        method: "POST",
        url: "/api/v1",
        headers: { "content-type": "application/x-protobuf", accept: "application/x-protobuf" },
        payload: Buffer.from(masterCall.encodeProtobuf({ type })),
      });
      expect(masterResponse.decodeProtobuf(answer.rawPayload), type).to.deep.equal(
        masterResponse.check(json.body),
      );
    }
  });

  it("shows agents and frameworks with their sums", async () => {
    populate(state);
    const { body } = await call({ type: "GET_STATE" });
    const { get_state } = masterResponse.check(body);
    const [agent] = get_state?.get_agents?.agents ?? [];
    const allocated = Resources.parse("cpus:1;mem:100;ports:[31000-31001]").allocate("web");
    expect(agent).to.deep.include({
      pid: "slave(1)@10.0.0.1:5051",
      registered_time: { nanoseconds: 3_000_000_000 },
      reregistered_time: { nanoseconds: 3_500_000_000 },
      allocated_resources: allocated.toWire("endpoint"),
    });
    expect(get_state?.get_frameworks?.frameworks?.[0]?.offers?.[0]).to.deep.equal({
      id: { value: "O1" },
      framework_id: { value: "F1" },
      agent_id: { value: "A1" },
      hostname: "A1.example",
      resources: Resources.parse("cpus:2").allocate("web").toWire("endpoint"),
      allocation_info: { role: "web" },
    });
    expect(get_state?.get_tasks?.completed_tasks).to.have.length(1);
    expect(get_state?.get_tasks?.unreachable_tasks).to.have.length(1);
  });

  async function call(body: object, url = "/api/v1/operator") {
    const answer = await http.server.inject({ method: "POST", url, payload: body });
    const isJson = String(answer.headers["content-type"]).startsWith("application/json");
    return { status: answer.statusCode, body: isJson ? (answer.json() as object) : answer.body };
  }

  it("hands calls that change something to the machine, and refuses what nobody answers", async () => {
    const teardown = { type: "TEARDOWN", teardown: { framework_id: { value: "F1" } } };
    expect(await call(teardown)).to.deep.equal({ status: 200, body: "" });
    const form = await http.server.inject({
      method: "POST",
      url: "/master/teardown",
      headers: { "content-type": "application/x-www-form-urlencoded" },
      payload: "frameworkId=F1",
    });
    expect(form.statusCode).to.equal(200);
    expect(inputs).to.deep.equal([
      { type: "OPERATOR_CALL", request: "1", call: teardown },
      { type: "OPERATOR_CALL", request: "2", call: teardown },
    ]);
    expect(await call({ type: "GET_MAINTENANCE_STATUS" })).to.deep.equal({
      status: 501,
      body: "GET_MAINTENANCE_STATUS is not implemented",
    });
    expect(await call({})).to.deep.equal({ status: 400, body: "type: required, but not set" });
    expect((await call({ type: "LIST_FILES" })).status).to.equal(400);
    const empty = await http.server.inject({ method: "POST", url: "/teardown" });
    expect(empty.statusCode).to.equal(400);
  });

  it("sends clients to the leader, but says itself how it is", async () => {
    leadership = { type: "FOLLOWING", hostname: "m2", port: 5050 };
    for (const url of ["/state", "/slaves", "/tasks", "/redirect"]) {
      const { statusCode, headers } = await http.server.inject(url);
      expect([statusCode, headers["location"]]).to.deep.equal([
        307,
        url === "/redirect" ? "//m2:5050" : `//m2:5050${url}`,
      ]);
    }
    for (const url of ["/health", "/version", "/flags", "/metrics/snapshot", "/system/stats.json"])
      expect((await get(url)).status, url).to.equal(200);
    leadership = { type: "NO_LEADER" };
    expect((await get("/redirect")).status).to.equal(503);
    leadership = { type: "LEADING" };
    const own = await http.server.inject("/master/redirect");
    expect([own.statusCode, own.headers["location"]]).to.deep.equal([307, "//master.example:5050"]);
    expect((await get("/redirect/state")).status).to.equal(404);
  });
});
