import type { v1 } from "../protocol/v1.js";
import { Resources } from "../resources/resources.js";
import type { AgentSettings } from "./agent-settings.js";

type Policy = AgentSettings["reconfigurationPolicy"];

/**
 * The fields in which an agent's configuration has changed more than the policy lets it. `equal`, `replace`: none may.
 * `additive`: hostname and port may not, a domain may come, resources may grow, and attributes may be added or, where they
 * are ranges, grow.
 */
export function incompatibleFields(
  policy: Policy,
  before: v1.AgentInfo,
  after: v1.AgentInfo,
): readonly string[] {
  const additive = policy === "additive";
  const held = Resources.fromWire(before.resources);
  const offered = Resources.fromWire(after.resources);
  const fits: Readonly<Record<string, boolean>> = {
    hostname: before.hostname === after.hostname,
    port: (before.port ?? DEFAULT_PORT) === (after.port ?? DEFAULT_PORT),
    domain: (additive && before.domain === undefined) || same(before.domain, after.domain),
    resources: additive ? offered.contains(held) : offered.equals(held),
    attributes: attributesFit(additive, before.attributes ?? [], after.attributes ?? []),
  };
  return Object.keys(fits).filter((field) => !fits[field]);
}

/** AgentInfo.port as the schema defaults it. */
const DEFAULT_PORT = 5051;

function attributesFit(
  additive: boolean,
  before: readonly v1.Attribute[],
  after: readonly v1.Attribute[],
): boolean {
  if (!additive && before.length !== after.length) return false;
  return before.every((old) => after.some((one) => attributeFits(additive, old, one)));
}

function attributeFits(additive: boolean, before: v1.Attribute, after: v1.Attribute): boolean {
  if (before.name !== after.name || before.type !== after.type) return false;
  if (additive && before.ranges) return asResource(after).contains(asResource(before));
  return same(before, after);
}

/** Ranges of an attribute, to be compared as those of a resource are. */
function asResource({ name, type, ranges }: v1.Attribute): Resources {
  return Resources.fromWire([{ name, type, ...(ranges && { ranges }) }]);
}

/** Messages are in canonical form, but the order of keys is the sender's. */
function same(a: unknown, b: unknown): boolean {
  return JSON.stringify(sorted(a)) === JSON.stringify(sorted(b));
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== "object" || value === null) return value;
  const entries = Object.entries(value).filter(([, item]) => item !== undefined);
  entries.sort(([a], [b]) => (a < b ? -1 : 1));
  return entries.map(([key, item]) => [key, sorted(item)]);
}
