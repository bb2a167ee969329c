import type { Resources } from "../../../core/resources/resources.js";

const LIMIT = 16;

/**
 * The last few collections that differ from each other. Agents are of a few kinds, and when equal totals are one object,
 * a run over many agents reads the same memory again and again, and what has been worked out for one serves for all.
 */
export class KnownResources {
  private readonly known: Resources[] = [];

  /** An equal collection that is known, or else this one, which is known from then on. */
  same(resources: Resources): Resources {
    const found = this.known.find((one) => one.equals(resources));
    if (found) return found;
    if (this.known.length >= LIMIT) this.known.shift();
    this.known.push(resources);
    return resources;
  }
}
