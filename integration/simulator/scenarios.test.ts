import { fileURLToPath } from "node:url";
import { expect } from "chai";
import { FirstFitAllocator } from "./first-fit-allocator.js";
import { expectTranscript } from "./scenario.js";
import type { SchedulerBehaviour } from "./scheduler/scheduler-behaviour.js";
import { Simulation } from "./simulation.js";
import type { SimulationOptions } from "./simulation-options.js";

const directory = fileURLToPath(new URL("../../../integration/scenarios/", import.meta.url));
const CONVERGENCE_MS = 1_200_000;

/** One long task that is told to nobody else than those whom it concerns. */
const service: Partial<SchedulerBehaviour> = {
  name: "service",
  jobs: 1,
  minRunMs: 240_000,
  maxRunMs: 240_000,
  suppresses: true,
  maxRefuseMs: 0,
};

/** A cluster in which everything takes a millisecond, so that its story depends on nothing but what is told here. */
function story(options: Partial<SimulationOptions> = {}): Simulation {
  return new Simulation({
    seed: 1,
    agents: 1,
    schedulers: [service],
    allocator: () => new FirstFitAllocator(),
    network: { minDelayMs: 1, maxDelayMs: 1 },
    disk: { minLatencyMs: 1, maxLatencyMs: 1 },
    transcriptLines: 100_000,
    ...options,
  });
}

/** Runs a story to its end and compares what happened with what people have read. */
function ends(name: string, simulation: Simulation, states: Record<string, string>): void {
  simulation.converge(CONVERGENCE_MS);
  expect(simulation.taskStates()).to.deep.equal(states);
  expectTranscript(simulation, `${directory}${name}.txt`);
}

describe("Scenarios", function () {
  this.timeout(30_000);

  it("a master restarts: agents and schedulers come back, and no task notices", () => {
    ends("master-restarts", story().crashMaster(20_000, 5_000).runUntil(60_000), {
      "service-1": "TASK_FINISHED",
    });
  });

  it("an agent is cut off for too long: its partition-aware task is unreachable, then running again", () => {
    const cluster = story().partition(["agent-1"], 20_000, 140_000).runUntil(200_000);
    ends("partition-aware", cluster, { "service-1": "TASK_FINISHED" });
  });

  it("an agent is cut off for too long: a task that is not partition-aware is lost, then running again", () => {
    const cluster = story({ schedulers: [{ ...service, partitionAware: false }] });
    cluster.partition(["agent-1"], 20_000, 140_000).runUntil(200_000);
    ends("partition-unaware", cluster, { "service-1": "TASK_FINISHED" });
  });

  it("a task finishes while its agent is cut off: its end wins over its being unreachable", () => {
    const brief = { ...service, minRunMs: 60_000, maxRunMs: 60_000 };
    const cluster = story({ schedulers: [brief] });
    cluster.partition(["agent-1"], 20_000, 140_000).runUntil(200_000);
    ends("finished-while-unreachable", cluster, { "service-1": "TASK_FINISHED" });
  });

  it("only the way to the master is broken: the master gives the agent up all the same", () => {
    const cluster = story().partition(["agent-1"], 20_000, 140_000, "out").runUntil(200_000);
    ends("asymmetric-partition", cluster, { "service-1": "TASK_FINISHED" });
  });

  it("an ACCEPT is lost on its way: reconciliation tells, and the job is launched again", () => {
    const cluster = story().lose("service", "master", "ACCEPT").runUntil(120_000);
    ends("lost-accept", cluster, { "service-1": "TASK_GONE", "service-1.2": "TASK_FINISHED" });
  });

  it("a launch is lost on its way to the agent: the agent is asked when it registers again", () => {
    const cluster = story().lose("master", "agent-1", "RUN_TASK").runUntil(60_000);
    ends("lost-launch", cluster, { "service-1": "TASK_DROPPED", "service-1.2": "TASK_FINISHED" });
  });

  it("a status update is lost: the agent sends it again after it has registered again", () => {
    const cluster = story().lose("agent-1", "master", "STATUS_UPDATE").runUntil(60_000);
    ends("lost-update", cluster, { "service-1": "TASK_FINISHED" });
  });

  it("an update is lost on its way to the scheduler: the agent sends it again until it is acknowledged", () => {
    const cluster = story().lose("master", "service", "UPDATE").runUntil(60_000);
    ends("lost-event", cluster, { "service-1": "TASK_FINISHED" });
  });

  it("an acknowledgement is lost: the same update comes again", () => {
    const cluster = story().lose("service", "master", "ACKNOWLEDGE").runUntil(60_000);
    ends("lost-acknowledgement", cluster, { "service-1": "TASK_FINISHED" });
  });

  it("an acknowledgement is lost between master and agent while the task ends", () => {
    const brief = { ...service, minRunMs: 1_000, maxRunMs: 1_000 };
    const cluster = story({ schedulers: [brief] });
    cluster.lose("master", "agent-1", "ACKNOWLEDGE_STATUS_UPDATE").runUntil(60_000);
    ends("lost-acknowledgement-to-agent", cluster, { "service-1": "TASK_FINISHED" });
  });

  it("the answer to a registration is lost: the agent becomes another one, and what ran on the first is lost", () => {
    const cluster = story().lose("master", "agent-1", "AGENT_REGISTERED").runUntil(60_000);
    ends("lost-registration", cluster, {
      "service-1": "TASK_LOST",
      "service-1.2": "TASK_FINISHED",
    });
  });

  it("the answer to a second registration is lost: the agent asks again, and its task goes on", () => {
    const cluster = story().lose("agent-1", "master", "STATUS_UPDATE");
    cluster.lose("master", "agent-1", "AGENT_REREGISTERED").runUntil(60_000);
    ends("repeated-registration", cluster, { "service-1": "TASK_FINISHED" });
  });

  it("a task is killed while its agent is cut off: the agent hears of it when it is back", () => {
    const killed = { ...service, killed: 1, minRunMs: 60_000, maxRunMs: 60_000, killsOnce: true };
    const cluster = story({ seed: 5, schedulers: [killed] });
    cluster.lose("master", "agent-1", "KILL_TASK").runUntil(120_000);
    ends("kill-while-disconnected", cluster, { "service-1": "TASK_KILLED" });
  });

  it("an executor runs its task and says so itself", () => {
    const cluster = story({ schedulers: [{ ...service, customExecutor: 1 }] }).runUntil(60_000);
    ends("custom-executor", cluster, { "service-1": "TASK_FINISHED" });
  });

  it("an agent's machine loses its power: what ran on it is gone, and the job runs again", () => {
    const cluster = story().rebootAgent("agent-1", 20_000, 30_000).runUntil(60_000);
    ends("agent-reboots", cluster, {
      "service-1": "TASK_DROPPED",
      "service-1.2": "TASK_FINISHED",
    });
  });

  it("a scheduler fails over, and acknowledges what its predecessor was told", () => {
    const cluster = story().lose("service", "master", "ACKNOWLEDGE");
    cluster.crashScheduler("service", 4_000, 5_000).runUntil(60_000);
    ends("scheduler-fails-over", cluster, { "service-1": "TASK_FINISHED" });
  });

  it("a scheduler comes back after its failover timeout: its framework is no more, a new one takes over", () => {
    const hasty = { ...service, failoverTimeoutMs: 10_000 };
    const cluster = story({ schedulers: [hasty] });
    cluster.crashScheduler("service", 20_000, 30_000).runUntil(60_000);
    ends("failover-timeout", cluster, { "service-1": "TASK_LOST", "service-1.2": "TASK_FINISHED" });
  });

  it("an agent is unreachable when the master restarts: the next one knows it", () => {
    const cluster = story().partition(["agent-1"], 20_000, 200_000).crashMaster(130_000, 1_000);
    cluster.runUntil(180_000);
    expect(cluster.agentStates()).to.deep.equal(["unreachable"]);
    cluster.runUntil(250_000);
    ends("unreachable-across-masters", cluster, { "service-1": "TASK_FINISHED" });
  });

  it("a third of the agents vanish at once: none is given up before its time, and all come back", () => {
    const cluster = story({ agents: 9, schedulers: [{ ...service, jobs: 0 }], startWithinMs: 0 });
    const vanished = ["agent-1", "agent-2", "agent-3"];
    cluster.partition(vanished, 20_000, 150_000).runUntil(80_000);
    const unreachable = () => cluster.agentStates().filter((state) => state === "unreachable");
    expect(unreachable()).to.deep.equal([]);
    cluster.runUntil(140_000);
    expect(unreachable().length).to.equal(3);
    ends("mass-loss", cluster, {});
  });
});
