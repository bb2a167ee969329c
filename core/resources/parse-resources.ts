import { KernelError, messageOf } from "../base/kernel-error.js";
import type { v1 } from "../protocol/v1.js";
import { parseNamedList } from "./parse-named-list.js";
import { parseValue } from "./parse-value.js";
import { validateResources } from "./validate-resources.js";

/**
 * `--resources`: `name(role):value` items separated by semicolons, or the JSON array of resource messages. The role `*`
 * leaves an item unreserved, whatever the default role is.
 * @throws KernelError naming the item.
 */
export function parseResources(text: string, defaultRole: string): readonly v1.Resource[] {
  const list = text.trimStart().startsWith("[") ? parseJson(text) : parseItems(text, defaultRole);
  const problem = problemOf(list);
  if (problem) throw invalid(text, problem);
  return list;
}

/** JSON can hold anything at all: what cannot even be looked at is a problem like any other. */
function problemOf(list: readonly v1.Resource[]): string | undefined {
  try {
    return list.map(notConfigurable).find((one) => one) ?? validateResources(list);
  } catch (cause) {
    return `not a list of resources: ${messageOf(cause)}`;
  }
}

function parseItems(text: string, defaultRole: string): readonly v1.Resource[] {
  const items = text.split(";").filter((item) => item.trim() !== "");
  return items.map((item) => parseItem(item, defaultRole));
}

function parseItem(item: string, defaultRole: string): v1.Resource {
  const colon = item.indexOf(":");
  if (colon < 0) throw invalid(item, 'expected "name:value" or "name(role):value"');
  const head = item.slice(0, colon).replace(/\s+/g, "");
  const match = /^([^()]+)(?:\(([^()]+)\))?$/.exec(head);
  if (!match?.[1]) throw invalid(item, `"${head}" is not a name with an optional role`);
  const value = parseValue(item.slice(colon + 1));
  if (typeof value === "string") throw invalid(item, value);
  if (value.type === "TEXT") throw invalid(item, `"${value.text?.value}" is a text, not an amount`);
  const role = match[2] ?? defaultRole;
  const reservations = role === "*" ? {} : { reservations: [{ type: "STATIC" as const, role }] };
  return { name: match[1], ...value, ...reservations };
}

function parseJson(text: string): readonly v1.Resource[] {
  const list = parseNamedList<v1.Resource>(text);
  if (typeof list === "string") throw invalid(text, list);
  return list;
}

/** What a configuration may not say of a resource, because it comes about at run time. */
function notConfigurable(resource: v1.Resource): string | undefined {
  const { name, disk, revocable, allocation_info, reservation, reservations } = resource;
  if (disk?.persistence) return `${name}: a persistent volume cannot be configured`;
  if (revocable) return `${name}: revocable resources cannot be configured`;
  if (allocation_info) return `${name}: allocation_info cannot be configured`;
  if (reservation || reservations?.some(({ type }) => type === "DYNAMIC")) {
    return `${name}: a dynamic reservation cannot be configured`;
  }
  const source = disk?.source?.type;
  if (source === "BLOCK" || source === "RAW")
    return `${name}: a ${source} disk cannot be configured`;
  return undefined;
}

function invalid(item: string, problem: string): KernelError {
  const shown = item.trim().slice(0, 80);
  return new KernelError("CONFIGURATION_INVALID", `resource "${shown}": ${problem}`);
}
