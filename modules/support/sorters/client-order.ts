import type { TreeNode } from "./tree-node.js";

const done: IteratorResult<string> = { done: true, value: undefined };

/** The clients below a node, level by level, each level in the order it has when it is reached. */
export class ClientOrder implements IterableIterator<string> {
  private level: readonly TreeNode[];
  private at = 0;
  private readonly above: { readonly level: readonly TreeNode[]; readonly next: number }[] = [];

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
        const above = this.above.pop();
        if (!above) return done;
        this.level = above.level;
        this.at = above.next;
        continue;
      }
      this.at++;
      if (node.client !== undefined) return { done: false, value: node.client };
      this.above.push({ level: this.level, next: this.at });
      this.level = this.ordered(node);
      this.at = 0;
    }
  }
}
