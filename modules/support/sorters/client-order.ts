import type { TreeNode } from "./tree-node.js";

const done: IteratorResult<string> = { done: true, value: undefined };

/** Where to go on in a level once the ones below it are through. */
interface Level {
  readonly nodes: readonly TreeNode[];
  readonly next: number;
  readonly above: Level | undefined;
}

/** The clients below a node, level by level, each level in the order it has when it is reached. */
export class ClientOrder implements IterableIterator<string> {
  private level: readonly TreeNode[];
  private at = 0;
  private above: Level | undefined;

  constructor(
    root: TreeNode,
    private readonly ordered: (node: TreeNode) => readonly TreeNode[],
  ) {
    this.level = ordered(root);
  }

  [Symbol.iterator](): this {
    return this;
  }

  next(): IteratorResult<string> {
    for (;;) {
      const node = this.level[this.at];
      if (!node) {
        if (!this.above) return done;
        this.level = this.above.nodes;
        this.at = this.above.next;
        this.above = this.above.above;
        continue;
      }
      this.at++;
      if (node.client !== undefined) return { done: false, value: node.client };
      this.above = { nodes: this.level, next: this.at, above: this.above };
      this.level = this.ordered(node);
      this.at = 0;
    }
  }
}
