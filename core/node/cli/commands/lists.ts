import { hostPort } from "../../../base/host-port.js";
import type { master, v1 } from "../../../protocol/v1.js";
import { Resources } from "../../../resources/resources.js";
import type { CliContext, RegisterCommand } from "../command.js";
import { addMasterOptions, type MasterOptions } from "../master-options.js";
import { table } from "../table.js";

/** One list of things a master knows: how it is asked for, and how it is shown. */
interface List<T> {
  readonly name: string;
  readonly description: string;
  readonly call: master.Call;
  readonly items: (response: master.Response) => readonly T[];
  readonly columns: readonly string[];
  readonly row: (item: T) => readonly (string | number | undefined)[];
}

const tasks: List<v1.Task> = {
  name: "tasks",
  description: "list the tasks, running and ended",
  call: { type: "GET_TASKS" },
  items: ({ get_tasks }) => [
    ...(get_tasks?.tasks ?? []),
    ...(get_tasks?.unreachable_tasks ?? []),
    ...(get_tasks?.completed_tasks ?? []),
  ],
  columns: ["id", "name", "state", "framework", "agent", "resources"],
  row: (task) => [
    task.task_id.value,
    task.name,
    task.state,
    task.framework_id.value,
    task.agent_id.value,
    Resources.fromWire(task.resources).unallocate().toString(),
  ],
};

const agents: List<master.Response.GetAgents.Agent> = {
  name: "agents",
  description: "list the agents",
  call: { type: "GET_AGENTS" },
  items: ({ get_agents }) => get_agents?.agents ?? [],
  columns: ["id", "hostname", "active", "total", "allocated"],
  row: ({ agent_info, active, total_resources, allocated_resources }) => [
    agent_info.id?.value,
    hostPort(agent_info.hostname, agent_info.port ?? 5051),
    active ? "yes" : "no",
    Resources.fromWire(total_resources).toString(),
    Resources.fromWire(allocated_resources).unallocate().toString(),
  ],
};

const frameworks: List<master.Response.GetFrameworks.Framework> = {
  name: "frameworks",
  description: "list the frameworks, subscribed and completed",
  call: { type: "GET_FRAMEWORKS" },
  items: ({ get_frameworks }) => [
    ...(get_frameworks?.frameworks ?? []),
    ...(get_frameworks?.completed_frameworks ?? []),
  ],
  columns: ["id", "name", "user", "active", "connected", "roles"],
  row: ({ framework_info, active, connected }) => [
    framework_info.id?.value,
    framework_info.name,
    framework_info.user,
    active ? "yes" : "no",
    connected ? "yes" : "no",
    (framework_info.roles ?? [framework_info.role ?? "*"]).join(","),
  ],
};

/** `dasmos tasks`, `dasmos agents` and `dasmos frameworks`. */
export const registerLists: RegisterCommand = (program, context) => {
  const register = <T>(list: List<T>): void => {
    const command = program.command(list.name).description(list.description);
    addMasterOptions(command, context).action((options: MasterOptions) =>
      show(list, options, context),
    );
  };
  register(tasks);
  register(agents);
  register(frameworks);
};

async function show<T>(
  list: List<T>,
  { master, json }: MasterOptions,
  { out }: CliContext,
): Promise<void> {
  const { callMaster } = await import("../../client/operator-client.js");
  const items = list.items(await callMaster(master, list.call));
  if (json) out(`${JSON.stringify(items, undefined, 2)}\n`);
  else out(table(list.columns, items.map(list.row)));
}
