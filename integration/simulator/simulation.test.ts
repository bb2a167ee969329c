import { expect } from "chai";
import { simulate } from "./simulation.js";

describe("Simulation", () => {
  it("runs every job of a cluster in which nothing fails", () => {
    const cluster = simulate({ seed: 1, schedulers: [{ name: "batch", jobs: 3 }] });
    cluster.runUntil(30_000);
    expect(cluster.taskStates()).to.deep.equal({
      "batch-1": "TASK_FINISHED",
      "batch-2": "TASK_FINISHED",
      "batch-3": "TASK_FINISHED",
    });
    expect(cluster.agentStates()).to.deep.equal(["active", "active", "active"]);
  });

  it("gives equal seeds equal traces, and different seeds different ones", () => {
    const hash = (seed: number): string => simulate({ seed }).runUntil(20_000).traceHash;
    expect(hash(1)).to.equal(hash(1));
    expect(hash(1)).not.to.equal(hash(2));
  });

  it("brings an agent back that was cut off for longer than the master waits", () => {
    const cluster = simulate({ seed: 7 }).partition(["agent-2"], 10_000, 120_000);
    cluster.runUntil(100_000);
    expect(cluster.agentStates()).to.deep.equal(["active", "unreachable", "active"]);
    cluster.runUntil(200_000);
    expect(cluster.agentStates()).to.deep.equal(["active", "reregistered", "active"]);
  });
});
