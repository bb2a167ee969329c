import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { expect } from "chai";
import { Resources } from "../../core/resources/resources.js";
import { isTerminalState } from "../../core/protocol/task-state.js";
import type { v1 } from "../../core/protocol/v1.js";
import { eventually } from "../contracts/processes.js";
import type { TestCluster } from "../testing/test-cluster.js";
import type { TestScheduler, TestTask } from "../testing/test-scheduler.js";
import { checkBooks, readState } from "./books.js";

/** What each cluster's agent has: room for twenty tasks at a time. */
export const agentResources = "cpus:2;mem:1024;disk:100";

/** A hundred short tasks, every third of which fails; each leaves a line in a file of its name for every time it ran. */
export function hundredTasks(root: string): readonly TestTask[] {
  return Array.from({ length: 100 }, (_, i) => ({
    taskId: `task-${i}`,
    command: `echo ran >> ${root}/ran-${i}; sleep 0.1; exit ${i % 3 === 0 ? 1 : 0}`,
    resources: Resources.parse("cpus:0.1;mem:16"),
  }));
}

/** Resolves once so many updates have come: then the cluster is in the midst of it. */
export async function midst(scheduler: TestScheduler, updates: number): Promise<void> {
  await eventually("the cluster is busy", async () =>
    scheduler.updates.length >= updates ? true : undefined,
  );
}

/** No task ran twice, each has come to one end, and all that the agent has is there to be offered. */
export async function expectAllEnded(
  { root, master }: TestCluster,
  scheduler: TestScheduler,
  tasks: readonly TestTask[],
): Promise<ReadonlyMap<string, v1.TaskState>> {
  const states = await scheduler.ended(tasks.map(({ taskId }) => taskId));
  const ends = [...states].map(([id, all]) => [id, all.filter(isTerminalState)] as const);
  expect(ends.filter(([, all]) => all.length !== 1)).to.deep.equal([]);
  const files = (await readdir(root)).filter((name) => name.startsWith("ran-"));
  for (const file of files)
    expect(await readFile(join(root, file), "utf8"), file).to.equal("ran\n");
  const state = await eventually("the master has seen the end of every task", async () => {
    const now = await readState(master.url);
    return now.get_tasks?.tasks === undefined ? now : undefined;
  });
  checkBooks(state);
  const whole = Resources.fromWire(state.get_agents?.agents?.[0]?.total_resources);
  await eventually("the whole agent is offered", async () => {
    const [offer] = scheduler.offered;
    const offered = Resources.fromWire(offer?.resources).unallocate();
    return offered.equals(whole) ? true : undefined;
  });
  return new Map(ends.map(([id, [end]]) => [id, end as v1.TaskState]));
}
