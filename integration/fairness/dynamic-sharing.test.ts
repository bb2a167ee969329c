import { expect } from "chai";
import { SeededRandom } from "../../core/base/random.js";
import type { Allocation } from "../../core/contracts/allocator.js";
import { parseMinAllocatable } from "../../core/resources/quantities.js";
import { Resources } from "../../core/resources/resources.js";
import { HierarchicalAllocator } from "../../modules/allocators/hierarchical.js";
import { DrfSorterFactory } from "../../modules/sorters/drf.js";
import { AllocatorStory } from "../contracts/allocator-story.js";

const NODES = 48;
const SECOND = 1_000;

interface RunningTask {
  readonly job: string;
  readonly agentId: string;
  readonly resources: Resources;
  readonly endMs: number;
}

/** Two jobs on 48 nodes of 4 CPUs and 14 GB: each always has another task to run, of 5 to 15 seconds. */
class DynamicSharing {
  private readonly story = new AllocatorStory(new HierarchicalAllocator(new DrfSorterFactory()), {
    // What no task has room in is not put on offer, where it would count for whoever is looking at it.
    minAllocatableResources: parseMinAllocatable("cpus:1;mem:1000"),
  });
  private readonly random = new SeededRandom(5);
  private running: RunningTask[] = [];

  constructor() {
    this.story.framework("job1", "job1").framework("job2", "job2");
    for (let i = 0; i < NODES; i++) this.story.agent(`node${i}`, "cpus:4;mem:14000");
  }

  /** Lets the jobs run tasks of these sizes for some seconds. */
  run(seconds: number, tasks: Readonly<Record<string, Resources>>, afterSecond = () => {}): this {
    for (let i = 0; i < seconds; i++) {
      this.story.nowMs += SECOND;
      this.endTasks();
      while (this.launchSome(tasks));
      afterSecond();
    }
    return this;
  }

  private endTasks(): void {
    const { nowMs, allocator } = this.story;
    for (const { job, agentId, resources, endMs } of this.running)
      if (endMs <= nowMs)
        allocator.recoverResources(job, agentId, resources, { allocated: true }, nowMs);
    this.running = this.running.filter(({ endMs }) => endMs > nowMs);
  }

  /** One run in slices of a pair each, so that an offer is answered before the next is made. @returns whether any was taken. */
  private launchSome(tasks: Readonly<Record<string, Resources>>): boolean {
    const { allocator, nowMs } = this.story;
    const before = this.running.length;
    allocator.beginCycle(nowMs);
    let more = true;
    while (more) {
      ({ more } = this.story.slice(1));
      for (const offer of this.story.outstanding.splice(0)) this.answer(offer, tasks);
    }
    return this.running.length > before;
  }

  private answer(offer: Allocation, tasks: Readonly<Record<string, Resources>>): void {
    const { frameworkId: job, agentId, role } = offer;
    const resources = (tasks[job] ?? Resources.empty).allocate(role);
    const rest = offer.resources.subtract(resources);
    if (rest === undefined) {
      this.story.giveBack(offer, offer.resources, SECOND);
      return;
    }
    const endMs = this.story.nowMs + 5 * SECOND + this.random.integer(10 * SECOND);
    this.running.push({ job, agentId, resources, endMs });
    this.story.allocator.transitionOfferedToAllocated(job, agentId, resources);
    this.story.giveBack(offer, rest);
  }

  /** The job's part of all cpus and of all memory. */
  shares(job: string): readonly [cpus: number, memory: number] {
    const all = this.running.filter((task) => task.job === job);
    const sum = (name: string) => all.reduce((part, one) => part + one.resources.scalar(name), 0);
    return [sum("cpus") / (NODES * 4_000), sum("mem") / (NODES * 14_000_000)];
  }

  /** How many nodes run so many tasks of the first job and so many of the second. */
  get packing(): Readonly<Record<string, number>> {
    const nodes = new Map<string, [number, number]>();
    for (let i = 0; i < NODES; i++) nodes.set(`node${i}`, [0, 0]);
    for (const { job, agentId } of this.running) {
      const counts = nodes.get(agentId) as [number, number];
      counts[job === "job1" ? 0 : 1]++;
    }
    const packing: Record<string, number> = {};
    for (const [one, two] of nodes.values())
      packing[`${one} + ${two}`] = (packing[`${one} + ${two}`] ?? 0) + 1;
    return packing;
  }
}

interface Phase {
  readonly tasks: readonly [job1: string, job2: string];
  /** What the paper's figure shows, in hundredths of all cpus and of all memory. */
  readonly job1: readonly [cpus: number, memory: number];
  readonly job2: readonly [cpus: number, memory: number];
  readonly within: number;
  /** What most nodes run. */
  readonly packing: string | undefined;
}

const phases: readonly Phase[] = [
  // One task of job1 and three of job2 fill a node's cpus: 48/192 and 144/192 of them, 480/672 and 144/672 of the memory.
  {
    tasks: ["cpus:1;mem:10000", "cpus:1;mem:1000"],
    job1: [25, 71],
    job2: [75, 21],
    within: 3,
    packing: "1 + 3",
  },
  // One and two: 96/192 cpus each, and 192/672 and 288/672 of the memory.
  {
    tasks: ["cpus:2;mem:4000", "cpus:1;mem:3000"],
    job1: [50, 28],
    job2: [50, 42],
    within: 3,
    packing: "1 + 2",
  },
  // Nodes run 2 + 0, 1 + 1 or 0 + 3, which leaves 0, 3 or 2 GB. Half the memory each would be ideal; the paper came to
  // 0.40 and 0.50, and this comes to 0.44 and 0.46.
  {
    tasks: ["cpus:1;mem:7000", "cpus:1;mem:4000"],
    job1: [20, 40],
    job2: [45, 50],
    within: 7,
    packing: undefined,
  },
];

/** Two minutes of a phase. @returns each job's shares in the second minute, on average, in hundredths. */
function plateau(cluster: DynamicSharing, [job1, job2]: Phase["tasks"]): readonly number[] {
  const tasks = { job1: Resources.parse(job1), job2: Resources.parse(job2) };
  const sums = [0, 0, 0, 0];
  cluster.run(60, tasks).run(60, tasks, () => {
    const shares = [...cluster.shares("job1"), ...cluster.shares("job2")];
    shares.forEach((share, i) => (sums[i] = (sums[i] as number) + share));
  });
  return sums.map((sum) => (100 * sum) / 60);
}

describe("two jobs on 48 nodes of ⟨4 CPUs, 14 GB⟩ whose tasks change every two minutes", () => {
  const cluster = new DynamicSharing();

  for (const { tasks, job1, job2, within, packing } of phases)
    it(`shares as in the DRF paper's experiment between ${tasks.join(" and ")}`, () => {
      const shares = plateau(cluster, tasks);
      const expected = [...job1, ...job2];
      shares.forEach((share, i) => expect(share).to.be.closeTo(expected[i] as number, within));
      const [most] = Object.entries(cluster.packing).sort(([, a], [, b]) => b - a)[0] ?? [];
      if (packing !== undefined) expect(most).to.equal(packing);
    });
});
