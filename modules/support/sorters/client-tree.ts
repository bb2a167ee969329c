import { assert } from "../../../core/base/assert.js";
import { TreeNode } from "./tree-node.js";

/** The leaf that stands for a client which has other clients below it: it competes with them as a sibling. */
const VIRTUAL_LEAF = ".";

/** What a sorter does when a node starts or stops having an active client below it. */
export interface ActivityListener {
  activated(node: TreeNode): void;
  deactivated(node: TreeNode): void;
}

/**
 * The tree of a sorter's clients. A client is a leaf; one that has others below it is the leaf `path/.` of its node. Which
 * nodes exist follows from the clients alone; weights are by path and outlive nodes.
 */
export class ClientTree {
  readonly root = new TreeNode(undefined, "", "");
  private readonly leaves = new Map<string, TreeNode>();
  private readonly weights = new Map<string, number>();

  constructor(private readonly listener: ActivityListener) {}

  get size(): number {
    return this.leaves.size;
  }
  contains(client: string): boolean {
    return this.leaves.has(client);
  }
  leaf(client: string): TreeNode {
    const leaf = this.leaves.get(client);
    assert(leaf, "the sorter does not know the client", { client });
    return leaf;
  }

  add(client: string): void {
    assert(!this.leaves.has(client), "the sorter has the client already", { client });
    let node = this.root;
    for (const name of client.split("/")) {
      if (node.client !== undefined) this.pushDown(node);
      node = node.children.get(name) ?? this.addChild(node, name);
    }
    if (node.children.size > 0) node = this.addChild(node, VIRTUAL_LEAF);
    node.client = client;
    this.leaves.set(client, node);
  }

  private addChild(parent: TreeNode, name: string): TreeNode {
    const node = new TreeNode(parent, name, parent.path === "" ? name : `${parent.path}/${name}`);
    node.weight = this.weights.get(node.path) ?? 1;
    parent.children.set(name, node);
    return node;
  }

  /** A client gets others below it: from now on a leaf of its own stands for it among them. */
  private pushDown(node: TreeNode): void {
    const leaf = this.addChild(node, VIRTUAL_LEAF);
    leaf.client = node.client;
    leaf.isActive = node.isActive;
    leaf.allocated = [...node.allocated];
    leaf.allocations = node.allocations;
    this.leaves.set(node.client as string, leaf);
    node.client = undefined;
    node.isActive = false;
    if (!leaf.isActive) return;
    leaf.activeClients = 1;
    this.listener.activated(leaf);
  }

  /** Takes the leaf and every node out that no client needs any more. What it held has been taken back before. */
  remove(client: string): void {
    this.deactivate(client);
    let node = this.leaf(client);
    this.leaves.delete(client);
    node.client = undefined;
    while (node.parent && node.children.size === 0 && node.client === undefined) {
      node.parent.children.delete(node.name);
      node = node.parent;
    }
    if (node.parent && node.children.size === 1) this.pullUp(node);
  }

  /** The reverse of {@link pushDown}, once the others are gone. */
  private pullUp(node: TreeNode): void {
    const leaf = node.children.get(VIRTUAL_LEAF);
    if (!leaf) return;
    if (leaf.isActive) this.listener.deactivated(leaf);
    node.children.delete(VIRTUAL_LEAF);
    node.client = leaf.client;
    node.isActive = leaf.isActive;
    this.leaves.set(leaf.client as string, node);
  }

  activate(client: string): void {
    const leaf = this.leaf(client);
    if (leaf.isActive) return;
    leaf.isActive = true;
    for (let node: TreeNode | undefined = leaf; node?.parent; node = node.parent) {
      if (++node.activeClients === 1) this.listener.activated(node);
    }
  }

  deactivate(client: string): void {
    const leaf = this.leaf(client);
    if (!leaf.isActive) return;
    leaf.isActive = false;
    for (let node: TreeNode | undefined = leaf; node?.parent; node = node.parent) {
      if (--node.activeClients === 0) this.listener.deactivated(node);
    }
  }

  updateWeight(path: string, weight: number): void {
    this.weights.set(path, weight);
    const node = this.find(path);
    if (node) node.weight = weight;
  }

  private find(path: string): TreeNode | undefined {
    let node: TreeNode | undefined = this.root;
    for (const name of path.split("/")) node = node?.children.get(name);
    return node;
  }
}
