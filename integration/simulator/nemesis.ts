import { between, chance, pick } from "./chance.js";
import type { PartitionDirection } from "./network/network.js";
import type { Simulation } from "./simulation.js";
import type { SwarmFaults } from "./swarm.js";

const DIRECTIONS: readonly PartitionDirection[] = ["both", "both", "in", "out"];

/** Lets things happen to a cluster, drawn from the simulation's own chance, until `untilMs`. */
export class Nemesis {
  constructor(
    private readonly simulation: Simulation,
    private readonly faults: SwarmFaults,
    private readonly untilMs: number,
  ) {}

  start(): void {
    const { faults, simulation } = this;
    const { master } = simulation.cluster;
    const agent = () => pick(simulation.random, simulation.cluster.agents);
    const scheduler = () => pick(simulation.random, simulation.cluster.schedulers);
    this.every(faults.masterCrashMs, () => this.outage(master, () => master.crash(this.how())));
    this.every(faults.agentCrashMs, () => {
      const one = agent();
      this.outage(one, () => one.crash(this.how()));
    });
    this.every(faults.agentRebootMs, () => {
      const one = agent();
      this.outage(one, () => one.powerOff());
    });
    this.every(faults.agentReplaceMs, () => {
      const one = agent();
      this.outage(one, () => one.replace());
    });
    this.every(faults.schedulerCrashMs, () => {
      const one = scheduler();
      this.outage(one, () => one.crash(this.how()));
    });
    this.every(faults.schedulerTeardownMs, () => simulation.tearDown(scheduler().name));
    this.every(faults.partitionMs, () => this.partition());
    this.every(faults.freezeMs, () =>
      pick(simulation.random, simulation.processes()).freeze(this.outageMs()),
    );
  }

  private every(meanMs: number | undefined, act: () => void): void {
    if (meanMs === undefined) return;
    const { simulation } = this;
    const atMs = simulation.nowMs + between(simulation.random, 1, 2 * meanMs);
    if (atMs >= this.untilMs) return;
    simulation.at(atMs, () => {
      act();
      this.every(meanMs, act);
    });
  }

  private outage(one: { start(): void }, end: () => void): void {
    end();
    this.simulation.at(this.simulation.nowMs + this.outageMs(), () => one.start());
  }

  private partition(): void {
    const { simulation } = this;
    const { random } = simulation;
    const all = simulation.processes().map(({ name }) => name);
    const alone = chance(random, 0.6);
    const hosts = alone ? [pick(random, all)] : all.filter(() => chance(random, 0.5));
    const fromMs = simulation.nowMs;
    simulation.partition(hosts, fromMs, fromMs + this.outageMs(), pick(random, DIRECTIONS));
  }

  private outageMs(): number {
    return between(this.simulation.random, 1, this.faults.maxOutageMs);
  }

  private how(): { readonly silent: boolean } {
    return { silent: chance(this.simulation.random, 0.3) };
  }
}
