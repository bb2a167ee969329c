/**
 * A scheduler written with the npm package `mesos-framework` as its examples write it: `node … PORT DIRECTORY`. It runs
 * one task that ends well, one that fails and one that it kills, and tells of everything in lines of JSON.
 */
import { Mesos, Scheduler, type Status } from "mesos-framework";

const [port, directory] = process.argv.slice(2);
const { CommandInfo } = Mesos.getMesos();

function tell(event: string, fields: object = {}): void {
  console.log(JSON.stringify({ event, ...fields }));
}

function task(priority: number, command: string): object {
  return {
    priority,
    instances: 1,
    commandInfo: new CommandInfo(null, { variables: [] }, true, command, null, null),
    resources: { cpus: 0.5, mem: 64, ports: 1, disk: 10 },
  };
}

const scheduler = new Scheduler({
  masterUrl: "127.0.0.1",
  port,
  frameworkName: "mesos-framework-test",
  masterConnectionTimeout: 60,
  logging: { path: directory, fileName: "scheduler.log", level: "error" },
  restartStates: [],
  tasks: { finish: task(1, "echo done"), fail: task(2, "exit 3"), kill: task(3, "sleep 1000") },
});

const killed = new Set<string>();

scheduler.on("ready", () => scheduler.subscribe());
scheduler.on("subscribed", ({ frameworkId }: { readonly frameworkId: string }) =>
  tell("subscribed", { frameworkId }),
);
scheduler.on("offers", ({ offers }: { readonly offers: readonly object[] }) =>
  tell("offers", { offers: offers.length }),
);
scheduler.on("update", ({ status }: { readonly status: Status }) => {
  const { task_id: taskId, agent_id: agentId, state } = status;
  tell("update", { taskId: taskId.value, state });
  if (state !== "TASK_RUNNING" || !taskId.value.includes("kill") || killed.has(taskId.value))
    return;
  killed.add(taskId.value);
  scheduler.kill(taskId.value, agentId.value);
});
for (const sent of ["accept", "acknowledge", "kill", "teardown"])
  scheduler.on(`sent_${sent}`, () => tell(`sent_${sent}`));
scheduler.on("error", (error: unknown) => tell("error", { error }));
scheduler.once("sent_teardown", () => process.exit(0));
process.stdin.once("data", () => scheduler.teardown());
