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
import { taskGroupProblem } from "./task-group.js";

describe("taskGroupProblem", () => {
  const resources = held(scalar("cpus", 1), scalar("mem", 32), scalar("disk", 1));
  const group = (
    executor: Partial<v1.ExecutorInfo>,
    tasks: readonly Partial<v1.TaskInfo>[] = [{}],
  ): string | undefined => {
    const context = launchContext();
    const one = { resources: held(scalar("cpus", 1)) };
    return taskGroupProblem(
      executorInfo(context, { resources, ...executor }),
      tasks.map((more, i) => ({ ...task(`t${i}`, context.agent.id), ...one, ...more })),
      context,
    );
  };
  const same = executorInfo(launchContext(), { resources });

  it("takes tasks that fit beside their executor, whether they name it or not", () => {
    expect([group({}, [{}, {}]), group({}, [{ executor: same }])]).to.deep.equal([
      undefined,
      undefined,
    ]);
  });

  const bad: readonly [string, string | undefined, string][] = [
    ["no tasks", group({}, []), "task_group.tasks: expected at least one"],
    ["no type", group({ type: undefined } as never), "launch_group.executor.type: required"],
    [
      "the DEFAULT executor",
      group({ type: "DEFAULT" }),
      "the DEFAULT executor is not supported yet",
    ],
    [
      "no framework",
      group({ framework_id: undefined } as never),
      "executor.framework_id: expected",
    ],
    [
      "too little cpu",
      group({ resources: held(scalar("mem", 32), scalar("disk", 1)) }),
      "at least 0.01 cpus",
    ],
    [
      "too little memory",
      group({ resources: held(scalar("cpus", 1), scalar("mem", 31), scalar("disk", 1)) }),
      "at least 32 MiB of memory",
    ],
    [
      "no disk",
      group({ resources: held(scalar("cpus", 1), scalar("mem", 32)) }),
      "expected some disk",
    ],
    [
      "another executor",
      group({}, [{ executor: { ...same, name: "other" } }]),
      "tasks[0].executor: differs from the group's",
    ],
    ["a task twice", group({}, [{}, { task_id: id("t0") }]), "tasks[1].task_id: is there twice"],
    ["a bad task", group({}, [{}, { task_id: id("a/b") }]), "tasks[1].task_id: must not contain"],
    ["a task's bad command", group({}, [{ command: {} }]), "tasks[0].command.value: required"],
    ["more than is left in all", group({}, [{}, {}, {}, {}]), "tasks[3].resources: the task needs"],
    [
      "an executor that takes it all",
      group({ resources: held(scalar("cpus", 5), scalar("mem", 32), scalar("disk", 1)) }),
      "launch_group: the executor and its tasks need more",
    ],
  ];
  for (const [what, found, message] of bad)
    it(`names ${what}`, () => {
      expect(found).to.include(message);
    });
});
