import { injectable } from "inversify";
import type { Sorter, SorterFactory, SorterOptions } from "../../core/contracts/sorter.js";
import { defineModule } from "../../core/kernel/module.js";
import { ClientTree } from "../support/sorters/client-tree.js";
import type { TreeNode } from "../support/sorters/tree-node.js";

const RESOLUTION = 2 ** 32;

/**
 * Weighted chance, level by level: at each place of an order, every node that is left has a chance in proportion to its
 * weight. What anyone holds does not matter.
 */
export class RandomSorter implements Sorter {
  private readonly tree = new ClientTree({
    activated: (node) => (node.parent as TreeNode).active.push(node),
    deactivated: (node) => {
      const { active } = node.parent as TreeNode;
      active.splice(active.indexOf(node), 1);
    },
  });

  constructor(private readonly options: SorterOptions) {}

  get size(): number {
    return this.tree.size;
  }
  contains(client: string): boolean {
    return this.tree.contains(client);
  }
  add(client: string): void {
    this.tree.add(client);
  }
  remove(client: string): void {
    this.tree.remove(client);
  }
  activate(client: string): void {
    this.tree.activate(client);
  }
  deactivate(client: string): void {
    this.tree.deactivate(client);
  }
  updateWeight(path: string, weight: number): void {
    this.tree.updateWeight(path, weight);
  }
  updateTotal(): void {}
  allocated(): void {}
  unallocated(): void {}

  sort(): Iterable<string> {
    return this.clientsBelow(this.tree.root);
  }

  private *clientsBelow(node: TreeNode): Generator<string> {
    const left = [...node.active];
    let weights = left.reduce((sum, { weight }) => sum + weight, 0);
    while (left.length > 0) {
      const child = this.draw(left, weights);
      weights -= child.weight;
      if (child.client === undefined) yield* this.clientsBelow(child);
      else yield child.client;
    }
  }

  /** Takes one out, with chances in proportion to the weights. */
  private draw(left: TreeNode[], weights: number): TreeNode {
    let point = (this.options.random.integer(RESOLUTION) / RESOLUTION) * weights;
    let at = 0;
    while (at < left.length - 1 && point >= (left[at] as TreeNode).weight) {
      point -= (left[at] as TreeNode).weight;
      at++;
    }
    const [child] = left.splice(at, 1);
    return child as TreeNode;
  }
}

@injectable()
export class RandomSorterFactory implements SorterFactory {
  create(options: SorterOptions): Sorter {
    return new RandomSorter(options);
  }
}

export default defineModule({
  kind: "sorter",
  name: "random",
  apiVersion: 1,
  description: "Weighted chance, whatever anyone holds",
  implementation: RandomSorterFactory,
});
