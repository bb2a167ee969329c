import { expect } from "chai";
import type { v1 } from "../../core/protocol/v1.js";
import { LocalCluster } from "./local-cluster.js";
import { complete, TaskLauncher, type TaskParts } from "./task-launcher.js";

const command: v1.CommandInfo = { value: "true" };
const image: v1.Image = { type: "DOCKER", docker: { name: "busybox" } };

/** What a task may ask for in Mesos and not yet here, by the field that the answer has to name. */
const asked: Readonly<Record<string, Partial<v1.TaskInfo>>> = {
  "container.type DOCKER": { command, container: { type: "DOCKER", docker: { image: "busybox" } } },
  "container.mesos": { command, container: { type: "MESOS", mesos: { image } } },
  "container.volumes": {
    command,
    container: {
      type: "MESOS",
      volumes: [{ mode: "RW", container_path: "data", host_path: "/tmp" }],
    },
  },
  "container.network_infos": {
    command,
    container: { type: "MESOS", network_infos: [{ name: "net" }] },
  },
  "container.linux_info": {
    command,
    container: { type: "MESOS", linux_info: { share_pid_namespace: true } },
  },
  "container.tty_info": { command, container: { type: "MESOS", tty_info: {} } },
  "command.uris": { command: { ...command, uris: [{ value: "http://127.0.0.1:1/x" }] } },
  secret: {
    command: {
      ...command,
      environment: {
        variables: [
          { name: "S", type: "SECRET", secret: { type: "REFERENCE", reference: { name: "s" } } },
        ],
      },
    },
  },
  health_check: { command, health_check: { type: "COMMAND", command } },
  check: { command, check: { type: "COMMAND", command: { command } } },
  limits: { command, limits: { cpus: { value: 1 } } },
  "executor.command.uris": {
    executor: {
      type: "CUSTOM",
      executor_id: { value: "e" },
      command: { ...command, uris: [{ value: "http://127.0.0.1:1/x" }] },
    },
  },
};

describe("a task that asks for what is not there yet", function () {
  this.timeout(120_000);
  let cluster: LocalCluster;
  let launcher: TaskLauncher;
  before(async () => {
    cluster = await LocalCluster.start(["--no-demo", "--resources=cpus:8;mem:4096"]);
    launcher = await TaskLauncher.start(cluster.master);
  });
  after(async () => {
    await launcher.dispose();
    await cluster.dispose();
  });

  it("gets a TASK_ERROR that names the field", async () => {
    const tasks = Object.values(asked).map(
      (parts, i): TaskParts => ({ task_id: { value: `t${i}` }, ...parts }),
    );
    await launcher.launch(...tasks);
    for (const [i, field] of Object.keys(asked).entries()) {
      const { state, reason, message } = await launcher.update(`t${i}`);
      expect([field, state, reason]).to.deep.equal([field, "TASK_ERROR", "REASON_TASK_INVALID"]);
      expect(message)
        .to.contain(field)
        .and.to.match(/not supported yet/);
    }
  });

  it("gets a TASK_ERROR for each task of a group", async () => {
    await launcher.accept(({ agent_id }) => [
      {
        type: "LAUNCH_GROUP",
        launch_group: {
          executor: { type: "DEFAULT", executor_id: { value: "group" } },
          task_group: {
            tasks: ["g1", "g2"].map((value) => complete({ task_id: { value }, command }, agent_id)),
          },
        },
      },
    ]);
    for (const id of ["g1", "g2"]) {
      const { state, message } = await launcher.update(id);
      expect(state).to.equal("TASK_ERROR");
      expect(message).to.match(/group/i);
    }
  });

  it("does not keep others from running, nor any resource", async () => {
    await launcher.launch({ task_id: { value: "last" }, command });
    expect((await launcher.update("last")).state).to.equal("TASK_FINISHED");
    const [agent] = JSON.parse((await cluster.run("agents", "--json")).stdout) as readonly {
      readonly allocated_resources?: readonly unknown[];
    }[];
    expect(agent?.allocated_resources ?? []).to.deep.equal([]);
  });
});
