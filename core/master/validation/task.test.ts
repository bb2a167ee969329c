import { expect } from "chai";
import {
  executorInfo,
  held,
  id,
  launchContext,
  scalar,
} from "../../../integration/builders/launch-context.js";
import { task } from "../../../integration/builders/master-harness.js";
import type { v1 } from "../../protocol/v1.js";
import { linkExecutor } from "../accounting.js";
import type { Framework } from "../master-state.js";
import { normalizeResources } from "../normalize.js";
import { taskProblem } from "./task.js";

const ports: v1.Resource = {
  name: "ports",
  type: "RANGES",
  ranges: { range: [{ begin: 1, end: 2 }] },
};
const volume: v1.Resource = scalar("disk", 1, {
  reservations: [{ type: "DYNAMIC", role: "dev" }],
  disk: { persistence: { id: "v" }, volume: { container_path: "v", mode: "RW" } },
});

function problem(more: Partial<v1.TaskInfo>, context = launchContext()): string | undefined {
  const resources = held(scalar("cpus", 1));
  return taskProblem({ ...task("t1", context.agent.id), resources, ...more }, context);
}
function command(more: Partial<v1.CommandInfo>): Partial<v1.TaskInfo> {
  return { command: { value: "true", ...more } };
}
function variable(more: Partial<v1.Environment.Variable>): Partial<v1.TaskInfo> {
  return command({ environment: { variables: [{ name: "V", ...more }] } });
}
function container(more: Partial<v1.ContainerInfo>): Partial<v1.TaskInfo> {
  return { container: { type: "MESOS", ...more } };
}

/** A task on a custom executor, which may run already. */
function onExecutor(more: Partial<v1.ExecutorInfo>, running?: Partial<v1.ExecutorInfo>) {
  const context = launchContext();
  const { agent, framework } = context;
  if (running !== undefined) linkExecutor(agent, framework, executorInfo(context, running));
  const { command: _command, ...bare } = task("t1", agent.id);
  const executor = executorInfo(context, more);
  return taskProblem({ ...bare, resources: held(scalar("cpus", 1)), executor }, context);
}

function known(where: "tasks" | "unreachableTasks"): string | undefined {
  const context = launchContext();
  const framework = { ...context.framework, [where]: new Map([["t1", {}]]) } as Framework;
  return problem({}, { ...context, framework });
}

describe("taskProblem", () => {
  const good: readonly [string, string | undefined][] = [
    ["a command", problem({})],
    [
      "a command with arguments",
      problem(command({ shell: false, value: "/bin/a", arguments: ["a"] })),
    ],
    ["variables", problem(variable({ value: "" }))],
    ["a shell's empty script", problem(command({ value: "" }))],
    ["a MESOS container that is nothing but one", problem(container({}))],
    ["whole gpus", problem({ resources: held(scalar("gpus", 2)) })],
    ["a custom executor", onExecutor({})],
    [
      "an executor that runs already",
      onExecutor({ resources: held(scalar("cpus", 4)) }, { resources: held(scalar("cpus", 4)) }),
    ],
    ["an id with a dot", problem({ task_id: id("a.b") })],
  ];
  for (const [what, found] of good)
    it(`takes ${what}`, () => {
      expect(found).to.equal(undefined);
    });

  const bad: readonly [string, string | undefined, string][] = [
    ["an empty id", problem({ task_id: id("") }), "task_id: must not be empty"],
    ["a long id", problem({ task_id: id("é".repeat(128)) }), "task_id: expected at most 255 bytes"],
    ["the id .", problem({ task_id: id(".") }), "task_id: must not be '.'"],
    ["the id ..", problem({ task_id: id("..") }), "task_id: must not be '..'"],
    ["an id with a slash", problem({ task_id: id("a/b") }), "task_id: must not contain"],
    ["an id with a backslash", problem({ task_id: id("a\\b") }), "task_id: must not contain"],
    [
      "an id with a control character",
      problem({ task_id: id("a\n") }),
      "task_id: must not contain",
    ],
    ["an id in use", known("tasks"), "task_id: 't1' is already in use by a task"],
    ["an unreachable task's id", known("unreachableTasks"), "in use by an unreachable task"],
    ["another agent", problem({ agent_id: id("other") }), "agent_id: expected 'M-S0'"],
    [
      "a negative grace period",
      problem({ kill_policy: { grace_period: { nanoseconds: -1 } } }),
      "kill_policy.grace_period: expected at least 0",
    ],
    [
      "a negative time to complete",
      problem({ max_completion_time: { nanoseconds: -1 } }),
      "max_completion_time: expected at least 0",
    ],
    ["no resources", problem({ resources: [] }), "resources: a task uses at least one"],
    [
      "resources of nothing",
      problem({ resources: held(scalar("cpus", 0)) }),
      "resources: a task uses",
    ],
    [
      "a negative resource",
      problem({ resources: held(scalar("cpus", -1)) }),
      "resources: resources[0] (cpus): scalar.value",
    ],
    [
      "a resource without a value",
      problem({ resources: held({ name: "cpus", type: "SCALAR" }) }),
      "resources: resources[0] (cpus): scalar: must be set",
    ],
    ["half a gpu", problem({ resources: held(scalar("gpus", 0.5)) }), "is not whole"],
    [
      "two roles",
      problem({
        resources: [...held(scalar("cpus", 1)), ...normalizeResources([scalar("mem", 1)], "dev")],
      }),
      "allocated to more than one role",
    ],
    [
      "another role than the offer's",
      problem({ resources: normalizeResources([scalar("cpus", 1)], "dev") }),
      "allocated to role 'dev', but offered to role '*'",
    ],
    [
      "revocable and other cpus",
      problem({ resources: held(scalar("cpus", 1), scalar("cpus", 1, { revocable: {} })) }),
      "cpus is both revocable and not",
    ],
    ["a volume twice", problem({ resources: held(volume, volume) }), "is there twice"],
    [
      "more than is left",
      problem({ resources: held(scalar("cpus", 5)) }),
      "the task needs cpus(allocated: *):5, but only",
    ],
    [
      "neither command nor executor",
      problem({ command: undefined } as never),
      "command: either command or executor",
    ],
    ["no value", problem({ command: {} }), "command.value: required for a shell command"],
    ["no program", problem({ command: { shell: false } }), "command.value: required"],
    [
      "an empty program",
      problem(command({ shell: false, value: "" })),
      "command.value: expected the name of a file, but it is empty",
    ],
    ["a NUL in a command", problem(command({ value: "a\0" })), "command.value: must not contain"],
    ["a NUL in an argument", problem(command({ arguments: ["a\0"] })), "command.arguments[0]"],
    ["a nameless variable", problem(variable({ name: "", value: "" })), "expected a name"],
    ["a variable without a value", problem(variable({})), "of type VALUE needs a value"],
    [
      "a value with a secret",
      problem(variable({ value: "", secret: { type: "VALUE" } })),
      "has no secret",
    ],
    [
      "a secret that is none",
      problem(variable({ type: "SECRET" })),
      "of type SECRET needs a secret",
    ],
    [
      "a secret with a value",
      problem(variable({ type: "SECRET", secret: { type: "VALUE" }, value: "" })),
      "of type SECRET has no value",
    ],
    ["a NUL in a variable", problem(variable({ value: "\0" })), "must not contain a NUL"],
    [
      "a secret",
      problem(variable({ type: "SECRET", secret: { type: "VALUE" } })),
      'command.environment.variables["V"].secret: not supported yet',
    ],
    [
      "URIs",
      problem(command({ uris: [{ value: "http://h/f" }] })),
      "command.uris: not supported yet",
    ],
    ["a health check", problem({ health_check: {} }), "health_check: not supported yet"],
    ["a check", problem({ check: {} }), "check: not supported yet"],
    ["limits", problem({ limits: { cpus: { value: 1 } } }), "limits: not supported yet"],
    ["docker", problem(container({ type: "DOCKER" })), "container.type DOCKER: not supported yet"],
    [
      "an image",
      problem(container({ mesos: { image: { type: "DOCKER" } } })),
      "container.mesos: not supported yet",
    ],
    ["volumes", problem(container({ volumes: [] })), "container.volumes: not supported yet"],
    [
      "networks",
      problem(container({ network_infos: [{}] })),
      "container.network_infos: not supported yet",
    ],
    [
      "Linux options",
      problem(container({ linux_info: {} })),
      "container.linux_info: not supported yet",
    ],
    [
      "an executor beside a command",
      problem({ ...command({}), executor: executorInfo(launchContext()) }),
      "command: cannot be set together with executor",
    ],
    [
      "an executor's bad id",
      onExecutor({ executor_id: id("a/b") }),
      "executor.executor_id: must not",
    ],
    [
      "another framework's executor",
      onExecutor({ framework_id: id("other") }),
      "executor.framework_id: expected 'M-0000', got 'other'",
    ],
    [
      "a DEFAULT executor",
      onExecutor({ type: "DEFAULT" }),
      "executor.type: a DEFAULT executor takes task groups only",
    ],
    [
      "an executor of no known type",
      onExecutor({ type: "UNKNOWN" }),
      "executor.type: expected CUSTOM",
    ],
    [
      "an executor without a command",
      onExecutor({ command: undefined } as never),
      "executor.command: required",
    ],
    ["an executor's bad command", onExecutor({ command: {} }), "executor.command.value: required"],
    [
      "an executor's negative grace period",
      onExecutor({ shutdown_grace_period: { nanoseconds: -1 } }),
      "executor.shutdown_grace_period",
    ],
    [
      "an executor's bad resources",
      onExecutor({ resources: held(scalar("cpus", -1)) }),
      "executor.resources: resources[0]",
    ],
    [
      "an executor's shared volume",
      onExecutor({ resources: held({ ...volume, shared: {} }) }),
      "cannot have shared resources",
    ],
    [
      "an executor that needs too much",
      onExecutor({ resources: held(scalar("cpus", 4)) }),
      "and its executor cpus(allocated: *):4, but only",
    ],
    [
      "another executor than the one that runs",
      onExecutor({ name: "other" }, {}),
      "executor: differs from the executor 'e1'",
    ],
    [
      "an executor with other resources than the one that runs",
      onExecutor({ resources: held(scalar("cpus", 1)) }, {}),
      "executor: differs",
    ],
    [
      "an executor's container",
      onExecutor({ container: { type: "DOCKER" } }),
      "executor.container.type DOCKER: not supported yet",
    ],
  ];
  for (const [what, found, message] of bad)
    it(`names ${what}`, () => {
      expect(found).to.include(message);
    });

  it("counts the ports of a task and of its executor apart", () => {
    const context = launchContext();
    const { command: _command, ...bare } = task("t1", context.agent.id);
    const executor = executorInfo(context, { resources: held(ports) });
    const found = taskProblem({ ...bare, resources: held(ports), executor }, context);
    expect(found).to.include("the task needs ports");
  });

  it("finds executors equal whatever the order of their fields and resources", () => {
    const [cpus, mem] = [scalar("cpus", 1), scalar("mem", 1)];
    const a = { name: "n", source: "s", resources: held(cpus, mem) };
    const b = { source: "s", name: "n", resources: held(mem, cpus) };
    expect(onExecutor(a, b)).to.equal(undefined);
  });
});
