import { expect } from "chai";
import { masterState, populate } from "../../../integration/testing/master-states.js";
import { Resources } from "../../resources/resources.js";
import { v0Frameworks } from "./v0-frameworks.js";
import { v0Roles } from "./v0-roles.js";
import { v0Slaves } from "./v0-slaves.js";
import { v0State } from "./v0-state.js";
import { v0StateSummary } from "./v0-summary.js";

describe("the views of a master's older endpoints", () => {
  const state = masterState();
  populate(state);
  const shown = (view: object) => JSON.parse(JSON.stringify(view)) as unknown;

  const slave = {
    id: "A1",
    hostname: "A1.example",
    port: 5051,
    attributes: {},
    pid: "slave(1)@10.0.0.1:5051",
    registered_time: 3,
    reregistered_time: 3.5,
    resources: { cpus: 4, gpus: 0, mem: 1024, disk: 50, ports: "[31000-31009]" },
    used_resources: { cpus: 1, gpus: 0, mem: 100, disk: 0, ports: "[31000-31001]" },
    offered_resources: { cpus: 2, gpus: 0, mem: 0, disk: 0 },
    reserved_resources: { db: { cpus: 0, gpus: 0, mem: 0, disk: 50 } },
    unreserved_resources: { cpus: 4, gpus: 0, mem: 1024, disk: 0, ports: "[31000-31009]" },
    active: true,
    deactivated: false,
    version: "1.2.3",
    capabilities: ["MULTI_ROLE"],
  };
  const recovered = {
    id: "A3",
    hostname: "a3",
    port: 5051,
    attributes: {},
    resources: { cpus: 0, gpus: 0, mem: 0, disk: 0 },
  };
  const nothing = { cpus: 0, gpus: 0, mem: 0, disk: 0 };
  const task1 = {
    id: "T1",
    name: "task T1",
    framework_id: "F1",
    executor_id: "",
    slave_id: "A1",
    state: "TASK_RUNNING",
    resources: { cpus: 1, gpus: 0, mem: 100, disk: 0, ports: "[31000-31001]" },
    role: "web",
    statuses: [{ state: "TASK_RUNNING", timestamp: 5 }],
    labels: [{ key: "a", value: "b" }],
  };
  const task2 = {
    id: "T2",
    name: "task T2",
    framework_id: "F1",
    executor_id: "",
    slave_id: "A2",
    state: "TASK_LOST",
    resources: nothing,
    statuses: [{ state: "TASK_RUNNING", timestamp: 5 }],
  };
  const task0 = {
    ...task2,
    id: "T0",
    name: "task T0",
    framework_id: "F0",
    slave_id: "A1",
    state: "TASK_FINISHED",
    statuses: [],
  };
  const summary = {
    id: "F1",
    name: "framework F1",
    used_resources: { cpus: 1, gpus: 0, mem: 100, disk: 0, ports: "[31000-31001]" },
    offered_resources: { cpus: 2, gpus: 0, mem: 0, disk: 0 },
    capabilities: ["MULTI_ROLE"],
    hostname: "",
    webui_url: "",
    active: true,
    connected: true,
    recovered: false,
  };
  const framework = {
    ...summary,
    user: "root",
    failover_timeout: 0,
    checkpoint: false,
    registered_time: 4,
    unregistered_time: 0,
    resources: { cpus: 3, gpus: 0, mem: 100, disk: 0, ports: "[31000-31001]" },
    roles: ["web"],
    tasks: [task1],
    unreachable_tasks: [task2],
    completed_tasks: [],
    offers: [
      {
        id: "O1",
        framework_id: "F1",
        allocation_info: { role: "web" },
        slave_id: "A1",
        resources: { cpus: 2, gpus: 0, mem: 0, disk: 0 },
      },
    ],
    executors: [
      {
        executor_id: "E1",
        name: "",
        framework_id: "F1",
        resources: nothing,
        source: "",
        slave_id: "A1",
      },
    ],
  };
  const completed = {
    id: "F0",
    name: "old",
    used_resources: nothing,
    offered_resources: nothing,
    capabilities: [],
    hostname: "",
    webui_url: "",
    active: false,
    connected: false,
    recovered: false,
    user: "u",
    failover_timeout: 0,
    checkpoint: false,
    registered_time: 1.5,
    unregistered_time: 2.5,
    resources: nothing,
    role: "ops",
    tasks: [],
    unreachable_tasks: [],
    completed_tasks: [task0],
    offers: [],
    executors: [],
  };

  it("show the whole state in the shape of Mesos' /state", () => {
    expect(shown(v0State(state, { version: "1.2.3", flags: { port: "5050" } }))).to.deep.equal({
      version: "1.2.3",
      git_sha: "",
      git_branch: "",
      git_tag: "",
      build_date: "",
      build_time: 0,
      build_user: "",
      start_time: 1,
      elected_time: 2,
      id: "M",
      pid: "master@127.0.0.1:5050",
      hostname: "master.example",
      capabilities: [],
      activated_slaves: 1,
      deactivated_slaves: 0,
      unreachable_slaves: 1,
      leader: "master@127.0.0.1:5050",
      leader_info: {
        id: "M",
        pid: "master@127.0.0.1:5050",
        port: 5050,
        hostname: "master.example",
      },
      flags: { port: "5050" },
      slaves: [slave],
      recovered_slaves: [recovered],
      frameworks: [framework],
      completed_frameworks: [completed],
      unregistered_frameworks: [],
      orphan_tasks: [],
    });
  });

  it("lists agents with every entry of their resources at /slaves", () => {
    const wire = (text: string) => Resources.parse(text).toWire("endpoint");
    expect(shown(v0Slaves(state, undefined))).to.deep.equal({
      slaves: [
        {
          ...slave,
          reserved_resources_full: { db: wire("disk(db):50") },
          unreserved_resources_full: wire("cpus:4;mem:1024;ports:[31000-31009]"),
          used_resources_full: Resources.parse("cpus:1;mem:100;ports:[31000-31001]")
            .allocate("web")
            .toWire("endpoint"),
          offered_resources_full: Resources.parse("cpus:2").allocate("web").toWire("endpoint"),
        },
      ],
      recovered_slaves: [recovered],
    });
    const none = { slaves: [], recovered_slaves: [] };
    expect(shown(v0Slaves(state, "A9"))).to.deep.equal(none);
    expect(shown(v0Slaves(state, "A3"))).to.deep.equal({
      ...none,
      recovered_slaves: [recovered],
    });
  });

  it("lists frameworks at /frameworks", () => {
    expect(shown(v0Frameworks(state, "F1"))).to.deep.equal({
      frameworks: [framework],
      completed_frameworks: [],
      unregistered_frameworks: [],
    });
    expect(shown(v0Frameworks(state, "F0"))).to.deep.equal({
      frameworks: [],
      completed_frameworks: [completed],
      unregistered_frameworks: [],
    });
  });

  it("counts tasks instead of showing them at /state-summary", () => {
    const counts = {
      TASK_STAGING: 0,
      TASK_STARTING: 0,
      TASK_RUNNING: 1,
      TASK_KILLING: 0,
      TASK_FINISHED: 0,
      TASK_KILLED: 0,
      TASK_FAILED: 0,
      TASK_LOST: 0,
      TASK_ERROR: 0,
      TASK_DROPPED: 0,
      TASK_UNREACHABLE: 0,
      TASK_GONE: 0,
      TASK_GONE_BY_OPERATOR: 0,
    };
    expect(shown(v0StateSummary(state))).to.deep.equal({
      hostname: "master.example",
      slaves: [{ ...slave, ...counts, framework_ids: ["F1"] }],
      frameworks: [{ ...summary, ...counts, TASK_LOST: 1, slave_ids: ["A2", "A1"] }],
    });
  });

  it("sum up what each role has", () => {
    expect(shown(v0Roles(state))).to.deep.equal({
      roles: [
        {
          name: "web",
          weight: 1,
          resources: { cpus: 3, gpus: 0, mem: 100, disk: 0, ports: "[31000-31001]" },
          allocated: { cpus: 1, gpus: 0, mem: 100, disk: 0, ports: "[31000-31001]" },
          offered: { cpus: 2, gpus: 0, mem: 0, disk: 0 },
          reserved: nothing,
          frameworks: ["F1"],
          quota: { role: "web", guarantee: {}, limit: {}, consumed: { cpus: 3, mem: 100 } },
        },
        {
          name: "db",
          weight: 1,
          resources: nothing,
          allocated: nothing,
          offered: nothing,
          reserved: { ...nothing, disk: 50 },
          frameworks: [],
          quota: { role: "db", guarantee: {}, limit: {}, consumed: { disk: 50 } },
        },
      ],
    });
  });
});
