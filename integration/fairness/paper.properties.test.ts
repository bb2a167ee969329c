import { expect } from "chai";
import fc from "fast-check";
import { PaperCluster, type PaperUser } from "./paper-cluster.js";

/** The setting of the paper: everyone wants tasks of one size, some of which fit into what there is. */
interface Setting {
  readonly total: readonly [cpus: number, memory: number];
  readonly users: readonly {
    readonly demand: readonly [number, number];
    readonly weight: number;
  }[];
}

const amount = (max: number) => fc.integer({ min: 1, max });
const user = fc.record({ demand: fc.tuple(amount(8), amount(8)), weight: amount(4) });
const setting: fc.Arbitrary<Setting> = fc.record({
  total: fc.tuple(amount(60), amount(60)),
  users: fc.array(user, { minLength: 1, maxLength: 4 }),
});

/** The cluster when nobody has room any more, and what each user has. */
function divide({ total, users }: Setting, agents = 1) {
  const paperUsers: readonly PaperUser[] = users.map(({ demand, weight }, i) => ({
    name: `u${i}`,
    task: `cpus:${demand[0]};mem:${demand[1]}`,
    weight,
  }));
  const agent = `cpus:${total[0]};mem:${total[1]}`;
  const cluster = new PaperCluster({
    agents: Array.from({ length: agents }, () => agent),
    users: paperUsers,
  }).run();
  const holders = users.map(({ demand: [cpus, memory], weight }, i) => {
    const tasks = cluster.counts[i] as number;
    return {
      demand: [cpus, memory] as const,
      weight,
      tasks,
      shareOfTask: Math.max(cpus / total[0], memory / total[1]),
    };
  });
  return { cluster, holders };
}

const unweighted = ({ total, users }: Setting): Setting => ({
  total,
  users: users.map(({ demand }) => ({ demand, weight: 1 })),
});
/** What rounding may make of a sum of shares. */
const EPSILON = 1e-9;

describe("dominant resource fairness, where users take one task an offer until nothing fits", () => {
  it("gives everyone its part of the cluster by weight, less that part of one task of each", () => {
    // When the last one finds no room, less of some resource is left than its task: what all hold and one task of each is
    // more than all of it. Whoever has been served since has stood no higher, by weight, before its last task.
    fc.assert(
      fc.property(setting, (one) => {
        const { holders } = divide(one);
        const weights = holders.reduce((sum, { weight }) => sum + weight, 0);
        const oneEach = holders.reduce((sum, { shareOfTask }) => sum + shareOfTask, 0);
        for (const { tasks, weight, shareOfTask } of holders)
          expect(tasks * shareOfTask + EPSILON).to.be.least((weight / weights) * (1 - oneEach));
      }),
      { numRuns: 150 },
    );
  });

  it("lets nobody wish for what another has, less one task of it", () => {
    fc.assert(
      fc.property(setting.map(unweighted), (one) => {
        const { holders } = divide(one);
        for (const { demand: own, tasks } of holders)
          for (const other of holders) {
            const rooms = other.demand.map(
              (part, i) => ((other.tasks - 1) * part) / (own[i] as number),
            );
            expect(Math.floor(Math.min(...rooms) + EPSILON)).to.be.most(tasks);
          }
      }),
      { numRuns: 150 },
    );
  });

  it("leaves nothing on any agent that anyone has room in", () => {
    fc.assert(
      fc.property(setting, fc.integer({ min: 1, max: 4 }), (one, agents) => {
        const { cluster, holders } = divide(one, agents);
        for (const { demand } of holders)
          for (const free of cluster.free) {
            const fits =
              free.scalar("cpus") >= demand[0] * 1000 && free.scalar("mem") >= demand[1] * 1000;
            expect(fits, free.toString()).to.equal(false);
          }
      }),
      { numRuns: 100 },
    );
  });
});
