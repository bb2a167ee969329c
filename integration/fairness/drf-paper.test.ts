import { expect } from "chai";
import { assetFairness, type Demand, equalIncomes } from "./other-policies.js";
import { PaperCluster, type PaperUser } from "./paper-cluster.js";

type Demands = Readonly<Record<string, Demand>>;

const text = ([cpus, memory]: Demand) => `cpus:${cpus};mem:${memory}`;
const times = (factor: number, [cpus, memory]: Demand): Demand => [factor * cpus, factor * memory];

function users(demands: Demands, weights: readonly number[] = []): readonly PaperUser[] {
  return Object.entries(demands).map(([name, demand], i) => {
    return { name, task: text(demand), weight: weights[i] ?? 1 };
  });
}

function fraction(part: number, whole: number): string {
  let [a, b] = [whole, part];
  while (b > 0) [a, b] = [b, a % b];
  return a === whole ? `${part / a}` : `${part / a}/${whole / a}`;
}

/** A step as the paper prints it: who is picked, everyone's shares and dominant share, and what is used of all. */
function row({ picks, counts }: PaperCluster, total: Demand, demands: Demands): string {
  const used = [0, 0];
  const columns = Object.entries(demands).map(([name, demand], i) => {
    const [cpus, memory] = times(counts[i] as number, demand);
    used[0] = (used[0] as number) + cpus;
    used[1] = (used[1] as number) + memory;
    const shares = [fraction(cpus, total[0]), fraction(memory, total[1])];
    const dominant = cpus * total[1] > memory * total[0] ? shares[0] : shares[1];
    return `${name} ${shares.join(" ")} = ${dominant}`;
  });
  const all = used.map((part, i) => fraction(part, total[i] as number)).join(" ");
  return `${picks.at(-1)}: ${columns.join(", ")}; ${all}`;
}

interface Setting {
  readonly weights?: readonly number[];
  readonly oneRole?: boolean;
  readonly onPick?: (cluster: PaperCluster) => void;
}

/** The paper's algorithm: it ends when the user whose turn it is finds no room. */
function algorithm1(total: Demand, demands: Demands, setting: Setting = {}): PaperCluster {
  const { weights, ...others } = setting;
  return new PaperCluster({
    agents: [text(total)],
    users: users(demands, weights),
    stopsAtFirst: true,
    ...others,
  }).run();
}

function steps(total: Demand, demands: Demands, oneRole = false): readonly string[] {
  const rows: string[] = [];
  const onPick = (cluster: PaperCluster) => void rows.push(row(cluster, total, demands));
  algorithm1(total, demands, { oneRole, onPick });
  return rows;
}

/** How many tasks everyone gets, if others go on when one finds no room any more. */
function division(total: Demand, demands: Demands): readonly number[] {
  return new PaperCluster({ agents: [text(total)], users: users(demands) }).run().counts;
}

/** How much more is asked for than is wanted; less would give tasks that cannot run. */
const lies: readonly Demand[] = [1, 1.25, 1.5, 2, 3, 4, 8].flatMap((cpus) =>
  [1, 1.25, 1.5, 2, 3, 4, 8].map((memory): Demand => [cpus, memory]),
);

describe("the DRF paper, played by the real allocator", () => {
  for (const [title, oneRole] of [
    ["roles with a framework each", false],
    ["frameworks of one role", true],
  ] as const) {
    it(`divides ⟨9 CPUs, 18 GB⟩ between tasks of ⟨1, 4⟩ and ⟨3, 1⟩ step by step, to ${title}`, () => {
      // At first both have nothing, and the name decides: "B" comes before "a", as in the paper's table 1. At the end A
      // and B stand at 2/3, and there is no cpu for anyone.
      expect(steps([9, 18], { B: [3, 1], a: [1, 4] }, oneRole)).to.deep.equal([
        "B: B 1/3 1/18 = 1/3, a 0 0 = 0; 1/3 1/18",
        "a: B 1/3 1/18 = 1/3, a 1/9 2/9 = 2/9; 4/9 5/18",
        "a: B 1/3 1/18 = 1/3, a 2/9 4/9 = 4/9; 5/9 1/2",
        "B: B 2/3 1/9 = 2/3, a 2/9 4/9 = 4/9; 8/9 5/9",
        "a: B 2/3 1/9 = 2/3, a 1/3 2/3 = 2/3; 1 7/9",
      ]);
      // The same when A is called first, as Mesos would: another way to the same end.
      expect(steps([9, 18], { A: [1, 4], B: [3, 1] }, oneRole)).to.deep.equal([
        "A: A 1/9 2/9 = 2/9, B 0 0 = 0; 1/9 2/9",
        "B: A 1/9 2/9 = 2/9, B 1/3 1/18 = 1/3; 4/9 5/18",
        "A: A 2/9 4/9 = 4/9, B 1/3 1/18 = 1/3; 5/9 1/2",
        "B: A 2/9 4/9 = 4/9, B 2/3 1/9 = 2/3; 8/9 5/9",
        "A: A 1/3 2/3 = 2/3, B 2/3 1/9 = 2/3; 1 7/9",
      ]);
    });
  }

  it("divides ⟨8 CPUs, 10 GB⟩ between tasks of ⟨1, 3⟩ and ⟨3, 1⟩ step by step", () => {
    // u1 stands at 3/5 and u2 at 3/4 when the cpus are used up: two tasks each, and 2 GB are left. A half of the cluster
    // each, ⟨4, 5⟩, would have room for one task each.
    expect(steps([8, 10], { u1: [1, 3], u2: [3, 1] })).to.deep.equal([
      "u1: u1 1/8 3/10 = 3/10, u2 0 0 = 0; 1/8 3/10",
      "u2: u1 1/8 3/10 = 3/10, u2 3/8 1/10 = 3/8; 1/2 2/5",
      "u1: u1 1/4 3/5 = 3/5, u2 3/8 1/10 = 3/8; 5/8 7/10",
      "u2: u1 1/4 3/5 = 3/5, u2 3/4 1/5 = 3/4; 1 4/5",
    ]);
    const other = algorithm1([8, 10], { U2: [3, 1], u1: [1, 3] });
    expect(other.picks).to.deep.equal(["U2", "u1", "u1", "U2"]);
  });

  // Weights; the division in fractions, where dominant shares stand as the weights; and the picks one by one. After ABAA with
  // 2:1 in the first cluster both stand at 12/18/2 = 1/3, the tie that the paper leaves open: it goes to B, who has one
  // task against three. Where A has the least bit more weight, A takes it: four tasks to one.
  for (const [name, total, weights, fractions, picks] of [
    ["V1", [9, 18], [1, 1], [3, 2], "ABABA"],
    ["V1", [9, 18], [2, 1], [54 / 13, 18 / 13], "ABAAB"],
    ["V1", [9, 18], [2.001, 1], [54 / 13, 18 / 13], "ABAAA"],
    ["V1", [9, 18], [1, 2], [9 / 5, 12 / 5], "ABBA"],
    ["V2", [8, 10], [1, 1], [40 / 17, 32 / 17], "ABAB"],
    ["V2", [8, 10], [2, 1], [50 / 17, 20 / 17], "ABAA"],
    ["V2", [8, 10], [1, 2], [40 / 29, 64 / 29], "ABBA"],
  ] as const) {
    it(`weighs ${weights.join(":")} in ⟨${total.join(" CPUs, ")} GB⟩`, () => {
      const demands: Demands = { A: [1, name === "V1" ? 4 : 3], B: [3, 1] };
      expect(algorithm1(total, demands, { weights }).picks.join("")).to.equal(picks);
      // A hundred times as large, the division differs from that in fractions by less than two tasks of hundreds.
      const { counts } = algorithm1(times(100, total), demands, { weights });
      counts.forEach((count, i) => expect(count).to.be.closeTo(100 * (fractions[i] as number), 2));
    });
  }
});

describe("what DRF does and other policies do not", () => {
  it("divides neither by equal sums of shares nor by equal incomes", () => {
    const [total, A, B]: readonly [Demand, Demand, Demand] = [
      [900, 1800],
      [1, 4],
      [3, 1],
    ];
    expect({
      drf: division(total, { A, B }),
      assetFairness: assetFairness(total, A, B).map(Math.round),
      equalIncomes: equalIncomes(total, A, B).map(Math.round),
    }).to.deep.equal({ drf: [300, 200], assetFairness: [252, 216], equalIncomes: [409, 164] });
  });

  it("gives everyone at least what an equal part of the cluster has room for", () => {
    // Half of ⟨30, 30⟩ has room for 15 tasks of ⟨1, 1⟩. Equal sums of shares leave their user 12.
    const demands: Demands = { one: [1, 3], two: [1, 1] };
    expect([
      assetFairness([30, 30], [1, 3], [1, 1]).map(Math.round),
      division([30, 30], demands),
    ]).to.deep.equal([
      [6, 12],
      [5, 15],
    ]);
  });

  it("halves a resource that is the bottleneck of both", () => {
    // Both want cpus most: 10.5 of 21 each are 3.5 and 2.625 tasks. Equal sums of shares give 9 and 12 cpus.
    expect([
      assetFairness([21, 21], [3, 2], [4, 1]).map(Math.round),
      division([21, 21], { one: [3, 2], two: [4, 1] }),
      algorithm1([2100, 2100], { one: [3, 2], two: [4, 1] }).counts,
    ]).to.deep.equal([
      [3, 3],
      [3, 3],
      [350, 262],
    ]);
  });

  it("takes nothing from anyone when there is more of what is not short", () => {
    // Twice the memory makes the first user's share of it half, so equal sums of shares give it fewer cpus: 42 instead of
    // 44. Both want cpus most: half of 7,700 are 962.5 and 3,850 tasks, however much memory there is.
    const cpus = (memory: number) => 4 * assetFairness([77, memory], [4, 2], [1, 1])[0];
    const drf = (memory: number) =>
      algorithm1([7_700, memory], { one: [4, 2], two: [1, 1] }).counts;
    expect([Math.round(cpus(77)), Math.round(cpus(154))]).to.deep.equal([44, 42]);
    expect([drf(7_700), drf(15_400)]).to.deep.equal([
      [963, 3_848],
      [963, 3_848],
    ]);
  });

  it("lets nobody gain from asking for more memory than it uses", () => {
    // With equal incomes the liar gets 25/6 tasks instead of 100/31, at the cost of the other: 100/3 instead of 1500/31.
    const other: Demand = [1, 2];
    const policies = (demand: Demand) => ({
      equalIncomes: equalIncomes([100, 100], demand, other).map((tasks) => tasks.toFixed(2)),
      drf: division([100, 100], { liar: demand, other }),
    });
    expect([policies([16, 1]), policies([16, 8])]).to.deep.equal([
      { equalIncomes: ["3.23", "48.39"], drf: [4, 36] },
      { equalIncomes: ["4.17", "33.33"], drf: [4, 34] },
    ]);
  });

  // Every user of every case asks for more than it wants of one thing or both; the tasks that what it gets has room for
  // are no more than when it tells the truth.
  for (const [total, one, two] of [
    [
      [9, 18],
      [1, 4],
      [3, 1],
    ],
    [
      [30, 30],
      [1, 3],
      [1, 1],
    ],
    [
      [21, 21],
      [3, 2],
      [4, 1],
    ],
    [
      [77, 77],
      [4, 2],
      [1, 1],
    ],
    [
      [100, 100],
      [16, 1],
      [1, 2],
    ],
  ] as const satisfies readonly (readonly [Demand, Demand, Demand])[]) {
    it(`lets nobody gain from a lie about ${text(one)} or ${text(two)} in ${text(total)}`, () => {
      const gains: string[] = [];
      for (const [cpus, memory] of lies) {
        const lieOf = (demand: Demand): Demand => [demand[0] * cpus, demand[1] * memory];
        const honest = division(total, { one, two });
        const first = division(total, { one: lieOf(one), two })[0] as number;
        const second = division(total, { one, two: lieOf(two) })[1] as number;
        if (first > (honest[0] as number)) gains.push(`${first} tasks of ${text(lieOf(one))}`);
        if (second > (honest[1] as number)) gains.push(`${second} tasks of ${text(lieOf(two))}`);
      }
      expect(gains).to.deep.equal([]);
    });
  }
});
