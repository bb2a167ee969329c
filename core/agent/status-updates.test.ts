import { expect } from "chai";
import fc from "fast-check";
import type { v1 } from "../protocol/v1.js";
import type { AgentEffect, AgentTimer } from "./agent-io.js";
import {
  AgentDriver,
  commandTask,
  executorInfo,
  executorTask,
  subscribe,
  timers,
  told,
  update,
} from "./testing.js";

type RetryTimer = Extract<AgentTimer, { type: "STATUS_UPDATE_RETRY" }>;

function retryOf(effects: readonly AgentEffect[]): RetryTimer & { delayMs: number } {
  const retry = timers(effects).find(({ type }) => type === "STATUS_UPDATE_RETRY");
  expect(retry).to.include({ type: "STATUS_UPDATE_RETRY" });
  return retry as RetryTimer & { delayMs: number };
}

function launched(): { driver: AgentDriver; effects: AgentEffect[] } {
  const driver = AgentDriver.registered();
  driver.run(commandTask("task-1"));
  return { driver, effects: driver.launched("task-1") };
}

describe("StatusUpdates", () => {
  it("repeats an update after ten seconds, doubling up to ten minutes", () => {
    const { driver, effects } = launched();
    const delays: number[] = [];
    for (let retry = retryOf(effects); delays.length < 9; ) {
      delays.push(retry.delayMs / 1000);
      const again = driver.timer(retry, retry.delayMs);
      expect(told(again)).to.deep.equal(["task-1 TASK_STARTING (now TASK_RUNNING)"]);
      retry = retryOf(again);
    }
    expect(delays).to.deep.equal([10, 20, 40, 80, 160, 320, 600, 600, 600]);
  });

  it("does not repeat what was acknowledged", () => {
    const { driver, effects } = launched();
    driver.acknowledge("task-1");
    expect(driver.timer(retryOf(effects))).to.deep.equal([]);
  });

  it("repeats what is outstanding at once when its framework has subscribed anew", () => {
    const { driver, effects } = launched();
    const frameworkInfo = { user: "root", name: "framework", id: { value: "framework-1" } };
    const again = driver.master({ type: "UPDATE_FRAMEWORK", frameworkInfo });
    expect(told(again)).to.deep.equal(["task-1 TASK_STARTING (now TASK_RUNNING)"]);
    expect(retryOf(again).delayMs).to.equal(10_000);
    expect(driver.timer(retryOf(effects))).to.deep.equal([]);
  });

  it("ignores an acknowledgement of another update than the outstanding one", () => {
    const { driver } = launched();
    const acknowledgement = {
      type: "ACKNOWLEDGE_STATUS_UPDATE",
      frameworkId: "framework-1",
      taskId: "task-1",
      uuid: "AAAAAAAAAAAAAAAAAAAAAA==",
    } as const;
    expect(told(driver.master(acknowledgement))).to.deep.equal([]);
    expect(driver.task("task-1")?.status_update_state).to.equal("TASK_STARTING");
  });

  it("holds updates back while the connection is congested, and sends them once it is not", () => {
    const driver = AgentDriver.registered();
    driver.run(commandTask("task-1"));
    driver.step({ type: "MASTER_CONGESTED", congested: true });
    expect(told(driver.launched("task-1"))).to.deep.equal([]);
    const drained = driver.step({ type: "MASTER_CONGESTED", congested: false });
    expect(told(drained)).to.deep.equal(["task-1 TASK_STARTING (now TASK_RUNNING)"]);
    expect(driver.step({ type: "MASTER_CONGESTED", congested: false })).to.deep.equal([]);
  });

  it("keeps a task until its last update is acknowledged", () => {
    const { driver } = launched();
    const containerId = driver.containerId("task-1");
    driver.step({ type: "CONTAINER_EXITED", containerId, termination: { exitCode: 0 } });
    driver.acknowledge("task-1");
    driver.acknowledge("task-1");
    expect(driver.task("task-1")).to.include({
      state: "TASK_FINISHED",
      status_update_state: "TASK_FINISHED",
    });
    driver.acknowledge("task-1");
    expect([...driver.agent.state.frameworks.keys()]).to.deep.equal([]);
    const completed = driver.agent.state.completedFrameworks.get("framework-1");
    const tasks = completed?.completedExecutors.flatMap(({ completedTasks }) => completedTasks);
    const states = tasks?.flatMap(({ statuses }) => statuses?.map(({ state }) => state));
    expect(states).to.deep.equal(["TASK_STARTING", "TASK_RUNNING", "TASK_FINISHED"]);
  });

  it("brings each task's updates in order, one at a time, until they are acknowledged", () => {
    fc.assert(
      fc.property(fc.array(anAction, { maxLength: 80 }), (actions) => {
        const world = new World();
        for (const action of actions) world.act(action);
        world.settle();
      }),
      { numRuns: 300 },
    );
  });
});

const TASKS = ["task-0", "task-1", "task-2"];
type Action =
  | { readonly type: "UPDATE" | "ACKNOWLEDGE" | "ACKNOWLEDGE_OLD"; readonly task: number }
  | { readonly type: "END"; readonly task: number }
  | { readonly type: "RETRY"; readonly which: number }
  | { readonly type: "DISCONNECT" | "REGISTER" | "CONGEST" | "DRAIN" };

const task = fc.nat({ max: TASKS.length - 1 });
const anAction: fc.Arbitrary<Action> = fc.oneof(
  { arbitrary: fc.record({ type: fc.constant("UPDATE" as const), task }), weight: 6 },
  { arbitrary: fc.record({ type: fc.constant("ACKNOWLEDGE" as const), task }), weight: 5 },
  { arbitrary: fc.record({ type: fc.constant("ACKNOWLEDGE_OLD" as const), task }), weight: 1 },
  { arbitrary: fc.record({ type: fc.constant("END" as const), task }), weight: 1 },
  { arbitrary: fc.record({ type: fc.constant("RETRY" as const), which: fc.nat() }), weight: 3 },
  {
    arbitrary: fc.record({
      type: fc.constantFrom("DISCONNECT", "REGISTER", "CONGEST", "DRAIN" as const),
    }),
    weight: 2,
  },
);

/** One agent with an executor of three tasks, and what its master and executor know: the property's yardstick. */
class World {
  private readonly driver = AgentDriver.registered();
  private readonly reported = TASKS.map((): string[] => []);
  private readonly sent = TASKS.map((): string[] => []);
  private readonly acknowledged = TASKS.map(() => 0);
  private readonly ended = new Set<number>();
  private readonly retries: RetryTimer[] = [];
  private updates = 0;

  constructor() {
    const executor = executorInfo("executor-1");
    TASKS.forEach((id, index) => {
      this.driver.run(executorTask(id, executor), { executor, launchExecutor: index === 0 });
    });
    this.driver.launched("executor-1");
    this.driver.call(subscribe("executor-1"));
  }

  act(action: Action): void {
    switch (action.type) {
      case "UPDATE":
        return this.report(action.task, "TASK_RUNNING");
      case "END":
        this.report(action.task, "TASK_FINISHED");
        this.ended.add(action.task);
        return;
      case "ACKNOWLEDGE":
        return this.acknowledge(action.task, this.sent[action.task]?.at(-1));
      case "ACKNOWLEDGE_OLD":
        return this.acknowledge(action.task, this.sent[action.task]?.[0]);
      case "RETRY": {
        const timer = this.retries[action.which % (this.retries.length + 1)];
        return timer && this.observe(this.driver.timer(timer));
      }
      case "DISCONNECT":
        return this.observe(this.driver.step({ type: "MASTER_DISCONNECTED" }));
      case "REGISTER":
        return this.register();
      case "CONGEST":
      case "DRAIN":
        return this.observe(
          this.driver.step({ type: "MASTER_CONGESTED", congested: action.type === "CONGEST" }),
        );
    }
  }

  /** In the end the master is there and acknowledges everything: then nothing may be missing. */
  settle(): void {
    this.register();
    this.act({ type: "DRAIN" });
    for (let round = 0; round <= this.updates; round++) {
      TASKS.forEach((_, index) => this.acknowledge(index, this.sent[index]?.at(-1)));
    }
    expect(this.sent).to.deep.equal(this.reported);
  }

  private register(): void {
    this.observe(this.driver.connect());
    this.observe(
      this.driver.master({
        type: "AGENT_REREGISTERED",
        agentId: "agent-1",
        pingTimeoutMs: 75_000,
        reconcile: [],
      }),
    );
  }

  private report(index: number, state: v1.TaskState): void {
    if (this.ended.has(index)) return;
    const uuid = Buffer.from(String(this.updates++).padStart(16, "0")).toString("base64");
    this.reported[index]?.push(uuid);
    const call = update("executor-1", TASKS[index] as string, state, uuid);
    this.observe(this.driver.call(call));
    this.observe(this.driver.call(call));
  }

  private acknowledge(index: number, uuid: string | undefined): void {
    if (uuid === undefined) return;
    const outstanding = this.sent[index]?.[this.acknowledged[index] as number] === uuid;
    if (outstanding) (this.acknowledged[index] as number)++;
    const taskId = TASKS[index] as string;
    const frameworkId = "framework-1";
    const type = "ACKNOWLEDGE_STATUS_UPDATE";
    this.observe(this.driver.master({ type, frameworkId, taskId, uuid }));
  }

  /** What is sent is either the next update, all before it being acknowledged, or the outstanding one again. */
  private observe(effects: readonly AgentEffect[]): void {
    for (const effect of effects) {
      if (effect.type === "TIMER" && effect.timer.type === "STATUS_UPDATE_RETRY") {
        this.retries.push(effect.timer);
      }
      if (effect.type !== "SEND" || effect.message.type !== "STATUS_UPDATE") continue;
      const { task_id, uuid } = effect.message.update.status;
      const index = TASKS.indexOf(task_id.value);
      const position = this.acknowledged[index] as number;
      expect(uuid).to.equal(this.reported[index]?.[position]);
      const sent = this.sent[index] as string[];
      if (sent.length === position) sent.push(uuid as string);
      expect(sent).to.have.lengthOf(position + 1);
    }
  }
}
