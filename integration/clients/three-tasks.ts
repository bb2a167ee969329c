import { expect } from "chai";
import { eventually } from "../contracts/processes.js";
import { jsonLine, type LineProcess } from "../testing/line-process.js";
import type { TestCluster } from "../testing/test-cluster.js";

/** The states each task goes through, as a command. */
export const commandStates = {
  fail: ["TASK_STARTING", "TASK_RUNNING", "TASK_FAILED"],
  finish: ["TASK_STARTING", "TASK_RUNNING", "TASK_FINISHED"],
  kill: ["TASK_STARTING", "TASK_RUNNING", "TASK_KILLED"],
};

type TaskStates = Readonly<Record<string, readonly string[]>>;

const names = ["fail", "finish", "kill"] as const;
const isTerminal = /^TASK_(?:FINISHED|FAILED|KILLED|ERROR|LOST|DROPPED|GONE)$/;

/**
 * What each of these tests expects of its scheduler, which runs one task that ends well, one that fails and one that it
 * kills, tells of it in lines of JSON, and tears its framework down when it is told anything.
 */
export async function expectThreeTasks(
  cluster: TestCluster,
  scheduler: LineProcess,
  states: TaskStates,
): Promise<void> {
  const frameworkId = await subscribedId(scheduler);
  expect(await toldStates(scheduler)).to.deep.equal(states);
  const ends = names.map((name) => `${name} ${states[name]?.at(-1)}`);
  expect(await completedTasks(cluster, frameworkId)).to.deep.equal(ends);
  expect(toldEvents(scheduler, "error")).to.deep.equal([]);
  scheduler.tell("teardown");
  expect(await scheduler.exited).to.equal(0);
}

/** Resolves to the framework's id once the scheduler has told it. */
export function subscribedId(scheduler: LineProcess): Promise<string> {
  return scheduler.line("is subscribed", (line) => {
    const { event, frameworkId } = jsonLine(line) ?? {};
    return event === "subscribed" ? String(frameworkId) : undefined;
  });
}

/** What the scheduler told of all events of a kind. */
export function toldEvents(
  scheduler: LineProcess,
  kind: string,
): readonly Readonly<Record<string, unknown>>[] {
  return scheduler.all((line) => {
    const { event, ...rest } = jsonLine(line) ?? {};
    return event === kind ? rest : undefined;
  });
}

/** The states of each task, once all have ended; an update that was sent twice counts once. */
function toldStates(scheduler: LineProcess): Promise<TaskStates> {
  return scheduler.until("all three tasks have ended", () => {
    const told = toldEvents(scheduler, "update");
    const states = Object.fromEntries(
      names.map((name): [string, string[]] => {
        const own = told.filter(({ taskId }) => String(taskId).includes(name));
        return [name, [...new Set(own.map(({ state }) => String(state)))]];
      }),
    );
    const ended = Object.values(states).every((all) => all.some((state) => isTerminal.test(state)));
    return ended ? states : undefined;
  });
}

interface State {
  readonly frameworks: readonly {
    readonly id: string;
    readonly completed_tasks: readonly { readonly id: string; readonly state: string }[];
  }[];
}

/** Names and last states, once the master holds all tasks as completed: their last updates have been acknowledged. */
function completedTasks({ master }: TestCluster, frameworkId: string): Promise<readonly string[]> {
  return eventually("the master holds all three tasks as completed", async () => {
    const { frameworks } = await master.get<State>("/state");
    const tasks = frameworks.find(({ id }) => id === frameworkId)?.completed_tasks ?? [];
    if (tasks.length !== names.length) return undefined;
    return tasks
      .map(({ id, state }) => `${names.find((name) => id.includes(name))} ${state}`)
      .toSorted();
  });
}
