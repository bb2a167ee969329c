import { injectable } from "inversify";
import type { Sorter, SorterFactory, SorterOptions } from "../../core/contracts/sorter.js";
import { defineModule } from "../../core/kernel/module.js";
import type { ResourceQuantities } from "../../core/resources/quantities.js";
import { ClientTree } from "../support/sorters/client-tree.js";
import { ClientOrder } from "../support/sorters/client-order.js";
import type { TreeNode } from "../support/sorters/tree-node.js";

/**
 * Dominant resource fairness, level by level: the smaller share first, then fewer allocations, then the name. Each level's
 * order is kept: an allocation moves the nodes on one path, and only a changed total or weight sorts anew.
 */
export class DrfSorter implements Sorter {
  private readonly tree = new ClientTree({
    activated: (node) => this.insert(node),
    deactivated: (node) => this.take(node),
  });
  private readonly indexes = new Map<string, number>();
  private readonly scratch: number[] = [];
  /** What `scratch` stands for: often, the same is given again and again. */
  private last: ResourceQuantities | undefined;
  private total: readonly number[] = [];
  private version = 0;

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
    const leaf = this.tree.leaf(client);
    this.subtract(leaf.parent, leaf.allocated);
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
    this.version++;
  }

  updateTotal(total: ResourceQuantities): void {
    this.write(total);
    this.last = undefined;
    this.total = [...this.scratch];
    this.version++;
  }

  allocated(client: string, quantities: ResourceQuantities): void {
    const vector = this.vector(quantities);
    for (
      let node: TreeNode | undefined = this.tree.leaf(client);
      node?.parent;
      node = node.parent
    ) {
      for (let i = 0; i < vector.length; i++) {
        node.allocated[i] = (node.allocated[i] ?? 0) + (vector[i] as number);
      }
      node.allocations++;
      this.reorder(node);
    }
  }

  unallocated(client: string, quantities: ResourceQuantities): void {
    this.subtract(this.tree.leaf(client), this.vector(quantities));
  }

  private subtract(from: TreeNode | undefined, vector: readonly number[]): void {
    for (let node = from; node?.parent; node = node.parent) {
      for (let i = 0; i < vector.length; i++) {
        node.allocated[i] = (node.allocated[i] ?? 0) - (vector[i] as number);
      }
      this.reorder(node);
    }
  }

  sort(): Iterable<string> {
    return new ClientOrder(this.tree.root, this.ordered);
  }

  private readonly ordered = (node: TreeNode): readonly TreeNode[] => {
    if (node.version !== this.version) {
      for (const child of node.active) this.measure(child);
      node.active.sort(compare);
      node.version = this.version;
    }
    return node.active;
  };

  private measure(node: TreeNode): void {
    let share = 0;
    for (let i = 0; i < node.allocated.length; i++) {
      const total = this.total[i] ?? 0;
      if (total > 0) share = Math.max(share, (node.allocated[i] as number) / total);
    }
    node.share = share / node.weight;
    node.orderedAllocations = node.allocations;
  }

  private insert(node: TreeNode): void {
    const level = node.parent as TreeNode;
    this.measure(node);
    if (level.version === this.version) level.active.splice(place(level.active, node), 0, node);
    else level.active.push(node);
  }

  private take(node: TreeNode): void {
    const level = node.parent as TreeNode;
    const at =
      level.version === this.version ? place(level.active, node) : level.active.indexOf(node);
    level.active.splice(at, 1);
  }

  private reorder(node: TreeNode): void {
    const level = node.parent as TreeNode;
    if (node.activeClients === 0 || level.version !== this.version) return;
    const { active } = level;
    const from = active[0] === node ? 0 : place(active, node);
    this.measure(node);
    const next = active[from + 1];
    const previous = active[from - 1];
    if ((!next || compare(node, next) < 0) && (!previous || compare(previous, node) < 0)) return;
    if (from === 0) active.shift();
    else active.splice(from, 1);
    active.splice(place(active, node), 0, node);
  }

  /** By the sorter's index of names; the same array every time. */
  private vector(quantities: ResourceQuantities): readonly number[] {
    if (quantities !== this.last) this.write(quantities);
    this.last = quantities;
    return this.scratch;
  }

  private write(quantities: ResourceQuantities): void {
    const { scratch } = this;
    scratch.fill(0);
    for (const [name, milli] of quantities) {
      const index = this.index(name);
      if (index >= 0) scratch[index] = milli;
    }
  }

  private index(name: string): number {
    let index = this.indexes.get(name);
    if (index === undefined) {
      index = this.options.excludedResources.has(name) ? -1 : this.scratch.push(0) - 1;
      this.indexes.set(name, index);
    }
    return index;
  }
}

function compare(a: TreeNode, b: TreeNode): number {
  if (a.share !== b.share) return a.share < b.share ? -1 : 1;
  if (a.orderedAllocations !== b.orderedAllocations) {
    return a.orderedAllocations < b.orderedAllocations ? -1 : 1;
  }
  return a.path < b.path ? -1 : a.path > b.path ? 1 : 0;
}

/** Where the node is in an ordered level, or would be. */
function place(level: readonly TreeNode[], node: TreeNode): number {
  let low = 0;
  let high = level.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (compare(level[middle] as TreeNode, node) < 0) low = middle + 1;
    else high = middle;
  }
  return low;
}

@injectable()
export class DrfSorterFactory implements SorterFactory {
  create(options: SorterOptions): Sorter {
    return new DrfSorter(options);
  }
}

export default defineModule({
  kind: "sorter",
  name: "drf",
  apiVersion: 1,
  description: "Dominant resource fairness",
  implementation: DrfSorterFactory,
});
