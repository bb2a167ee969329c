/** A node of the tree of clients: a level's order is among siblings alone. */
export class TreeNode {
  readonly children = new Map<string, TreeNode>();
  /** The children with an active client below them, in the order of the sorter. */
  readonly active: TreeNode[] = [];
  /** The client that this node stands for; a node with other nodes below it stands for none. */
  client: string | undefined;
  isActive = false;
  /** How many active clients there are at or below it. */
  activeClients = 0;

  weight = 1;
  /** What the subtree holds, by the sorter's own index of resource names. */
  allocated: number[] = [];
  allocations = 0;
  /** The dominant share by weight, as of the last time the level was put in order. */
  share = 0;
  /** The number of allocations that goes with `share`. */
  orderedAllocations = 0;
  /** Which version of totals and weights the order of `active` was made with. */
  version = -1;

  constructor(
    readonly parent: TreeNode | undefined,
    readonly name: string,
    readonly path: string,
  ) {}
}
