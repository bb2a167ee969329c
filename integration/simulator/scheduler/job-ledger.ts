import { assert } from "../../../core/base/assert.js";
import type { AgentId, TaskId } from "../../../core/base/ids.js";
import type { Random } from "../../../core/base/random.js";
import type { v1 } from "../../../core/protocol/v1.js";
import { between, chance } from "../chance.js";
import type { TaskScript } from "../task-script.js";
import type { SchedulerBehaviour } from "./scheduler-behaviour.js";

/** Something to be run to its end, by as many tasks one after the other as it takes. */
export interface Job {
  readonly id: string;
  readonly cpus: number;
  readonly memMb: number;
  readonly script: TaskScript;
  readonly customExecutor: boolean;
  readonly notBeforeMs: number;
  /** It is killed this long after its launch. */
  readonly killAfterMs: number | undefined;
  attempts: number;
  /** The task that counts; undefined while the job waits to be launched. */
  task: TaskRecord | undefined;
  done: boolean;
}

/** All that the scheduler knows of one task. */
export interface TaskRecord {
  readonly id: TaskId;
  readonly job: Job;
  readonly agentId: AgentId;
  readonly launchedMs: number;
  state: v1.TaskState;
  /** Every state it was told, in order. */
  readonly history: v1.TaskState[];
  /** The uuids of the updates it was sent, in the order of their first arrival. */
  readonly uuids: Set<string>;
  readonly acknowledged: Set<string>;
  /** Whether it was ever told that the task may be lost, so that the job may run elsewhere. */
  declaredLost: boolean;
  unreachableSinceMs: number | undefined;
}

const ended: ReadonlySet<v1.TaskState> = new Set<v1.TaskState>([
  "TASK_FINISHED",
  "TASK_FAILED",
  "TASK_KILLED",
  "TASK_ERROR",
]);
const lost: ReadonlySet<v1.TaskState> = new Set<v1.TaskState>([
  "TASK_LOST",
  "TASK_DROPPED",
  "TASK_GONE",
  "TASK_GONE_BY_OPERATOR",
  "TASK_UNKNOWN",
]);

/** Whether nothing more is to come of a task in this state, as far as a scheduler is told. */
export function isOver(state: v1.TaskState): boolean {
  return ended.has(state) || lost.has(state);
}

/** Whether a task that was given up is seen to run after all. */
function isBack(state: v1.TaskState): boolean {
  return !isOver(state) && state !== "TASK_UNREACHABLE";
}

/** What a scheduler keeps in a store of its own: it survives every crash of the scheduler. */
export class JobLedger {
  frameworkId: string | undefined;
  readonly jobs: Job[] = [];
  readonly tasks = new Map<TaskId, TaskRecord>();

  constructor(
    public behaviour: SchedulerBehaviour,
    random: Random,
    startMs: number,
  ) {
    for (let i = 1; i <= behaviour.jobs; i++)
      this.jobs.push(newJob(behaviour, `${behaviour.name}-${i}`, random, startMs));
  }

  /** From here on its scheduler makes no mistakes, so that what has been begun can be brought to its end. */
  calmDown(): void {
    this.behaviour = {
      ...this.behaviour,
      lostAcknowledgement: 0,
      lateAcknowledgement: 0,
      hoarding: 0,
      reserves: 0,
    };
  }

  get unfinished(): Job[] {
    return this.jobs.filter((job) => !job.done);
  }

  pending(nowMs: number): Job[] {
    return this.jobs.filter(
      (job) => !job.done && job.task === undefined && job.notBeforeMs <= nowMs,
    );
  }

  openTasks(): TaskRecord[] {
    return [...this.tasks.values()].filter((task) => !isOver(task.state));
  }

  /** Notes a launch before it is asked for. */
  launch(job: Job, agentId: AgentId, nowMs: number): TaskRecord {
    const id = ++job.attempts === 1 ? job.id : `${job.id}.${job.attempts}`;
    const task: TaskRecord = {
      id,
      job,
      agentId,
      launchedMs: nowMs,
      state: "TASK_STAGING",
      history: [],
      uuids: new Set(),
      acknowledged: new Set(),
      declaredLost: false,
      unreachableSinceMs: undefined,
    };
    job.task = task;
    this.tasks.set(id, task);
    return task;
  }

  /** Notes an update, and what follows for the task's job. */
  update(task: TaskRecord, state: v1.TaskState, nowMs: number): void {
    const { job } = task;
    task.state = state;
    task.history.push(state);
    if (state !== "TASK_UNREACHABLE") task.unreachableSinceMs = undefined;
    else task.unreachableSinceMs ??= nowMs;
    if (lost.has(state)) this.giveUp(task);
    else if (job.task === task && ended.has(state)) {
      assert(!job.done, "a job ends once", { job: job.id });
      job.done = true;
    } else if (job.task === undefined && !job.done && isBack(state)) job.task = task;
  }

  /** The job is free to run elsewhere, whatever becomes of the task. */
  giveUp(task: TaskRecord): void {
    task.declaredLost = true;
    if (task.job.task === task && !task.job.done) task.job.task = undefined;
  }

  /** The framework was removed: none of its tasks is heard of again. */
  forgetFramework(): void {
    this.frameworkId = undefined;
    for (const task of this.openTasks()) {
      task.state = "TASK_LOST";
      this.giveUp(task);
    }
  }
}

function newJob(behaviour: SchedulerBehaviour, id: string, random: Random, startMs: number): Job {
  const endless = chance(random, behaviour.endless);
  const runMs = between(random, behaviour.minRunMs, behaviour.maxRunMs);
  const killed = endless || chance(random, behaviour.killed);
  return {
    id,
    cpus: between(random, 1, 10 * behaviour.maxCpus) / 10,
    memMb: between(random, 32, 256),
    script: {
      runMs: endless ? undefined : runMs,
      exitCode: chance(random, behaviour.failsToRun) ? between(random, 1, 255) : 0,
      failsToLaunch: chance(random, behaviour.failsToLaunch),
      stubborn: chance(random, behaviour.stubborn),
    },
    customExecutor: chance(random, behaviour.customExecutor),
    notBeforeMs: startMs + between(random, 0, behaviour.jobArrivalMs),
    killAfterMs: killed ? between(random, 0, behaviour.maxRunMs) : undefined,
    attempts: 0,
    task: undefined,
    done: false,
  };
}
