import type { Allocation, Allocator } from "../../core/contracts/allocator.js";
import { Resources } from "../../core/resources/resources.js";
import { HierarchicalAllocator } from "../../modules/allocators/hierarchical.js";
import { DrfSorterFactory } from "../../modules/sorters/drf.js";
import { AllocatorStory } from "../contracts/allocator-story.js";

/** Somebody who wants as many tasks of one size as there is room for. */
export interface PaperUser {
  readonly name: string;
  readonly task: string;
  readonly weight?: number;
}

export interface PaperClusterOptions {
  /** What each agent has. */
  readonly agents: readonly string[];
  readonly users: readonly PaperUser[];
  /** Whether the users are frameworks of one role, instead of having a role each. */
  readonly oneRole?: boolean;
  /** Whether all is over when the user whose turn it is has no room, as in the paper's algorithm; or others go on. */
  readonly stopsAtFirst?: boolean;
  readonly onPick?: (cluster: PaperCluster) => void;
}

/** Longer than any story. */
const FOR_EVER_MS = 1e9;

/**
 * The setting of the paper on dominant resource fairness (Ghodsi and others, NSDI 2011): one level, no quotas, and users
 * who take one task of an offer until nothing fits. The real allocator says whose turn it is: of each run only the first
 * offer is answered with a task, so that whenever it chooses nothing else is on offer.
 */
export class PaperCluster {
  /** Who was given a task, in order. */
  readonly picks: string[] = [];
  private readonly story: AllocatorStory;
  private readonly tasks: ReadonlyMap<string, Resources>;
  private readonly left = new Map<string, Resources>();

  constructor(
    private readonly options: PaperClusterOptions,
    private readonly allocator: Allocator = new HierarchicalAllocator(new DrfSorterFactory()),
  ) {
    const { users, agents, oneRole = false } = options;
    this.tasks = new Map(users.map(({ name, task }) => [name, Resources.parse(task)]));
    this.story = new AllocatorStory(allocator, { minAllocatableResources: [] });
    allocator.updateWeights(new Map(users.map(({ name, weight = 1 }) => [name, weight])));
    for (const { name } of users) this.story.framework(name, oneRole ? "*" : name);
    agents.forEach((text, i) => {
      this.left.set(`a${i}`, Resources.parse(text));
      this.story.agent(`a${i}`, text);
    });
  }

  /** Hands out tasks until there is nobody left to take one. */
  run(): this {
    for (;;) {
      this.story.cycle();
      const [offer, ...others] = this.story.outstanding.splice(0);
      if (offer === undefined) return this;
      for (const other of others) this.story.giveBack(other, other.resources);
      if (!this.launch(offer) && this.options.stopsAtFirst === true) return this;
    }
  }

  /** Runs a task on the offer if one fits; if not, wants no more of that agent. */
  private launch(offer: Allocation): boolean {
    const { frameworkId, role, agentId, resources } = offer;
    const task = this.taskOf(frameworkId).allocate(role);
    const rest = resources.subtract(task);
    if (rest === undefined) {
      this.story.giveBack(offer, resources, FOR_EVER_MS);
      return false;
    }
    this.allocator.transitionOfferedToAllocated(frameworkId, agentId, task);
    this.story.giveBack(offer, rest);
    this.left.set(agentId, rest.unallocate());
    this.picks.push(frameworkId);
    this.options.onPick?.(this);
    return true;
  }

  private taskOf(name: string): Resources {
    return this.tasks.get(name) as Resources;
  }

  /** How many tasks each user has, in the order of the users. */
  get counts(): readonly number[] {
    return this.options.users.map(({ name }) => this.picks.filter((one) => one === name).length);
  }

  /** What is left of each agent. */
  get free(): readonly Resources[] {
    return [...this.left.values()];
  }
}
