import { KernelError, messageOf } from "../base/kernel-error.js";
import type { v1 } from "../protocol/v1.js";
import { parseValue } from "./parse-value.js";

/**
 * `--resources`: `name(role):value` items separated by semicolons, or the JSON array of resource messages.
 * @throws KernelError naming the item.
 */
export function parseResources(text: string, defaultRole: string): readonly v1.Resource[] {
  if (text.trimStart().startsWith("[")) return parseJson(text);
  return text
    .split(";")
    .filter((item) => item.trim() !== "")
    .map((item) => parseItem(item, defaultRole));
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
  try {
    return JSON.parse(text) as readonly v1.Resource[];
  } catch (cause) {
    throw invalid(text.slice(0, 80), `not valid JSON: ${messageOf(cause)}`);
  }
}

function invalid(item: string, problem: string): KernelError {
  return new KernelError("CONFIGURATION_INVALID", `resource "${item.trim()}": ${problem}`);
}
