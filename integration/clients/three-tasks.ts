import { eventually } from "../contracts/processes.js";
import { jsonLine, type LineProcess } from "../testing/line-process.js";

/** The tasks that every scheduler of these tests runs, and the states each goes through. */
export const expectedOutcome = {
  fail: ["TASK_STARTING", "TASK_RUNNING", "TASK_FAILED"],
  finish: ["TASK_STARTING", "TASK_RUNNING", "TASK_FINISHED"],
  kill: ["TASK_STARTING", "TASK_RUNNING", "TASK_KILLED"],
};

const names = ["fail", "finish", "kill"] as const;
const isTerminal = /^TASK_(?:FINISHED|FAILED|KILLED|ERROR|LOST|DROPPED|GONE)$/;

/** The states that a scheduler told of, by the task's name, once all three have ended; an update sent twice counts once. */
export function toldUpdates(scheduler: LineProcess): Promise<Readonly<Record<string, string[]>>> {
  return scheduler.until("all three tasks have ended", () => {
    const told = scheduler.all((line) => {
      const { event, taskId, state } = jsonLine(line) ?? {};
      return event === "update" ? { taskId: String(taskId), state: String(state) } : undefined;
    });
    const states = Object.fromEntries(
      names.map((name) => [
        name,
        [...new Set(told.filter((one) => one.taskId.includes(name)).map(({ state }) => state))],
      ]),
    );
    const ended = Object.values(states).every((all) => all.some((state) => isTerminal.test(state)));
    return ended ? states : undefined;
  });
}

interface State {
  readonly frameworks: readonly {
    readonly id: string;
    readonly tasks: readonly object[];
    readonly completed_tasks: readonly { readonly id: string; readonly state: string }[];
  }[];
}

/** Names and states of a framework's tasks, once the master holds them as completed. */
export function finishedTasks(
  master: { get<T>(path: string): Promise<T> },
  frameworkId: string,
): Promise<string[]> {
  return eventually("the master holds all three tasks as completed", async () => {
    const { frameworks } = await master.get<State>("/state");
    const framework = frameworks.find(({ id }) => id === frameworkId);
    if (framework?.completed_tasks.length !== names.length) return undefined;
    return framework.completed_tasks
      .map(({ id, state }) => `${names.find((name) => id.includes(name))} ${state}`)
      .toSorted();
  });
}
