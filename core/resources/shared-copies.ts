import type { v1 } from "../protocol/v1.js";
import { Resources } from "./resources.js";

/**
 * Tells the first copy of a shared volume from further ones, whoever uses it or is offered it: what it takes of its agent
 * it takes once. Volumes of two agents are two, though they may have the same id.
 */
export class SharedCopies {
  private readonly counted = new Set<string>();

  /** Without what has been there before. */
  firstOf(agentId: string, resources: Resources): Resources {
    if (!resources.hasShared) return resources;
    return resources.filter(
      (one) => !one.shared || this.isFirst(agentId, one.withAllocation(undefined).key),
    );
  }

  /** The same, of resources as they stand on the wire. */
  firstOfWire(agentId: string, list: readonly v1.Resource[]): readonly v1.Resource[] {
    if (list.every(({ shared }) => shared === undefined)) return list;
    return list.filter((one) => {
      if (one.shared === undefined) return true;
      const [identity] = Resources.fromWire([one]).unallocate().identities;
      return identity !== undefined && this.isFirst(agentId, identity.key);
    });
  }

  private isFirst(agentId: string, key: string): boolean {
    const place = `${agentId} ${key}`;
    if (this.counted.has(place)) return false;
    this.counted.add(place);
    return true;
  }
}
