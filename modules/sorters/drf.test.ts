import { expect } from "chai";
import fc from "fast-check";
import { SeededRandom } from "../../core/base/random.js";
import { parseQuantities } from "../../core/resources/quantities.js";
import { DrfSorter } from "./drf.js";

const amounts = (cpus: number, mem: number) => parseQuantities(`cpus:${cpus};mem:${mem}`);

/** A sorter that is told its story in a few words. */
class Story {
  readonly sorter: DrfSorter;
  constructor(cpus = 100, mem = 100, excluded: readonly string[] = []) {
    this.sorter = new DrfSorter({
      excludedResources: new Set(excluded),
      random: new SeededRandom(1),
    });
    this.sorter.updateTotal(amounts(cpus, mem));
  }
  add(client: string, cpus = 0, mem = 0, weight?: number): this {
    if (weight !== undefined) this.sorter.updateWeight(client, weight);
    this.sorter.add(client);
    this.sorter.activate(client);
    return cpus + mem > 0 ? this.give(client, cpus, mem) : this;
  }
  give(client: string, cpus: number, mem: number): this {
    this.sorter.allocated(client, amounts(cpus, mem));
    return this;
  }
  take(client: string, cpus: number, mem: number): this {
    this.sorter.unallocated(client, amounts(cpus, mem));
    return this;
  }
  get order(): string {
    return [...this.sorter.sort()].join(" ");
  }
}

/** Allocates task after task to the first in order, until that one's task does not fit. */
function schedule(story: Story, total: [number, number], tasks: Record<string, [number, number]>) {
  const picks: string[] = [];
  let [cpus, mem] = total;
  for (;;) {
    const [client] = story.sorter.sort();
    const [taskCpus, taskMem] = tasks[client as string] as [number, number];
    if (cpus < taskCpus || mem < taskMem) return picks.join("");
    cpus -= taskCpus;
    mem -= taskMem;
    story.give(client as string, taskCpus, taskMem);
    picks.push(client as string);
  }
}

describe("DrfSorter", () => {
  // Shares after each pick: A 4/18, B 3/9, A 8/18, B 6/9, A 12/18; then A's next task finds no cpu.
  it("divides 9 cpus and 18 GB as the DRF paper does", () => {
    const story = new Story(9, 18).add("A").add("B");
    expect(schedule(story, [9, 18], { A: [1, 4], B: [3, 1] })).to.equal("ABABA");
  });

  // The paper's own trace lets B win the tie at the start; the outcome is the same, three tasks to two.
  it("comes to the same division when the other one starts", () => {
    const story = new Story(9, 18).add("A").add("B").give("B", 3, 1);
    expect(schedule(story, [6, 17], { A: [1, 4], B: [3, 1] })).to.equal("AABA");
  });

  // 3/10, 3/8, 6/10, 6/8; u1 has the lowest share, and no cpu is left for it.
  it("divides 8 cpus and 10 GB between mirrored demands evenly", () => {
    const story = new Story(8, 10).add("1").add("2");
    expect(schedule(story, [8, 10], { 1: [1, 3], 2: [3, 1] })).to.equal("1212");
  });

  // The paper's algorithm lets the first user win a tie. Here the fewer allocations win it, as in Mesos: in the first case
  // both stand at 1/3 after ABAA, and B has one allocation against three.
  for (const [weights, total, tasks, picks] of [
    [[2, 1], [9, 18], { A: [1, 4], B: [3, 1] }, "ABAAB"],
    [[1, 2], [9, 18], { A: [1, 4], B: [3, 1] }, "ABBA"],
    [[2, 1], [8, 10], { A: [1, 3], B: [3, 1] }, "ABAA"],
    [[1, 2], [8, 10], { A: [1, 3], B: [3, 1] }, "ABBA"],
  ] as [[number, number], [number, number], Record<string, [number, number]>, string][]) {
    it(`weighs ${weights.join(":")} in ${total.join(" cpus and ")} GB`, () => {
      const story = new Story(...total).add("A", 0, 0, weights[0]).add("B", 0, 0, weights[1]);
      expect(schedule(story, total, tasks)).to.equal(picks);
    });
  }

  it("follows allocations, totals and activity", () => {
    const story = new Story().add("a", 5, 5).add("b", 6, 6);
    expect(story.order).to.equal("a b");
    story.add("c", 1, 1).add("d", 3, 1);
    expect(story.order).to.equal("c d a b");
    story.sorter.remove("a");
    story.take("b", 4, 4);
    expect(story.order).to.equal("c b d");
    // In half the memory: c 1/50, b 2/50, e 5/50, and d 3/100 of the cpus.
    story.add("e", 1, 5).sorter.updateTotal(amounts(50, 100));
    expect(story.order).to.equal("c b e d");
    story.sorter.updateTotal(amounts(50, 200));
    story.add("f", 5, 1).give("c", 0, 15);
    expect(story.order).to.equal("e b d c f");
    story.sorter.deactivate("d");
    expect(story.order).to.equal("e b c f");
    expect(story.sorter.size).to.equal(5);
    story.sorter.activate("d");
    expect(story.order).to.equal("e b d c f");
  });

  it("divides shares by weights", () => {
    const story = new Story().add("a", 5, 5).add("b", 6, 6, 2);
    expect(story.order).to.equal("b a");
    story.add("c", 4, 4);
    expect(story.order).to.equal("b c a");
    story.add("d", 10, 20, 10);
    expect(story.order).to.equal("d b c a");
    story.sorter.remove("b");
    expect(story.order).to.equal("d c a");
    story.give("d", 10, 25);
    expect(story.order).to.equal("c d a");
    story.add("e", 1, 1, 0.1);
    expect(story.order).to.equal("c d a e");
    story.sorter.remove("a");
    expect(story.order).to.equal("c d e");
  });

  it("heeds a changed weight at the next sort", () => {
    const story = new Story().add("a", 5, 5).add("b", 6, 6);
    expect(story.order).to.equal("a b");
    story.sorter.updateWeight("b", 2);
    expect(story.order).to.equal("b a");
  });

  it("breaks ties by the number of allocations, then by name", () => {
    const story = new Story();
    for (const client of "abcde") story.add(client);
    for (const client of "abe") story.give(client, 3, 3);
    story.give("c", 1, 1).give("c", 1, 1).give("c", 1, 1);
    story.give("d", 2, 2).give("d", 1, 1);
    expect(story.order).to.equal("a b e d c");
    story.take("c", 3, 3);
    expect(story.order).to.equal("c a b e d");
    story.give("c", 3, 3);
    expect(story.order).to.equal("a b e d c");
    // What an inactive client is given counts, and its count outlives the pause.
    story.sorter.deactivate("a");
    story.take("a", 3, 3).give("a", 3, 3);
    story.sorter.activate("a");
    expect(story.order).to.equal("b e a d c");
  });

  it("is fair level by level", () => {
    const story = new Story().add("a", 6, 6).add("b/c", 4, 4).add("b/d", 3, 3);
    // a 6, b 7: of b, d 3 before c 4.
    expect(story.order).to.equal("a b/d b/c");
    story.give("a", 2, 2);
    expect(story.order).to.equal("b/d b/c a");
    // b 10.5, of which e 3.5.
    story.add("b/e/f", 3.5, 3.5);
    expect(story.order).to.equal("a b/d b/e/f b/c");
    story.sorter.remove("b/e/f");
    expect(story.order).to.equal("b/d b/c a");
    story.take("b/c", 3, 3);
    expect(story.order).to.equal("b/c b/d a");
    story.add("b/e/f", 3.5, 3.5);
    expect(story.order).to.equal("b/c b/d b/e/f a");
  });

  it("lets a client compete with those below it", () => {
    const story = new Story().add("a", 2, 2).add("z", 3, 3).add("a/b", 5, 5);
    expect(story.order).to.equal("z a a/b");
    story.give("a", 4, 4);
    expect(story.order).to.equal("z a/b a");
    story.sorter.remove("a/b");
    expect(story.order).to.equal("z a");
    story.sorter.remove("a");
    expect(story.order).to.equal("z");
  });

  it("weighs inner nodes by their path", () => {
    const story = new Story().add("a/x", 6, 6).add("b/y", 4, 4);
    expect(story.order).to.equal("b/y a/x");
    story.sorter.updateWeight("a", 2);
    expect(story.order).to.equal("a/x b/y");
  });

  it("does not count excluded resources", () => {
    const story = new Story(100, 100, ["mem"]).add("a", 1, 90).add("b", 2, 1);
    expect(story.order).to.equal("a b");
  });

  it("keeps the order it would sort anew", () => {
    const clients = ["a", "a/b", "a/c", "d", "d/e/f", "g", "h"];
    const step = fc.record({
      client: fc.constantFrom(...clients),
      cpus: fc.nat(5),
      mem: fc.nat(5),
      type: fc.constantFrom("give", "take", "toggle", "weight", "total"),
    });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 50, size: "max" }), (steps) => {
        const story = new Story();
        const active = new Set(clients);
        for (const client of clients) story.add(client, 10, 10);
        for (const { client, cpus, mem, type } of steps) {
          if (type === "give") story.give(client, cpus, mem);
          if (type === "take") story.take(client, cpus / 50, mem / 50);
          if (type === "weight") story.sorter.updateWeight(client, cpus + 1);
          if (type === "total") story.sorter.updateTotal(amounts(100 + cpus, 100 + mem));
          if (type === "toggle") {
            if (active.delete(client)) story.sorter.deactivate(client);
            else {
              active.add(client);
              story.sorter.activate(client);
            }
          }
          const kept = story.order;
          story.sorter.updateWeight("unrelated", 1);
          expect(kept).to.equal(story.order);
        }
      }),
    );
  });
});
