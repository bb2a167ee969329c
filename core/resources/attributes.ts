import { KernelError } from "../base/kernel-error.js";
import type { v1 } from "../protocol/v1.js";
import { parseValue } from "./parse-value.js";

/**
 * `--attributes`: `name:value` pairs separated by semicolons or line ends, the value a scalar, ranges or a text. Names may
 * repeat, and their order is kept.
 * @throws KernelError naming the pair.
 */
export function parseAttributes(text: string): readonly v1.Attribute[] {
  return text
    .split(/[;\n]/)
    .filter((item) => item.trim() !== "")
    .map(parseAttribute);
}

function parseAttribute(item: string): v1.Attribute {
  const colon = item.indexOf(":");
  const name = item.slice(0, Math.max(colon, 0)).trim();
  if (name === "") throw invalid(item, 'expected "name:value"');
  const value = parseValue(item.slice(colon + 1));
  if (typeof value === "string") throw invalid(item, value);
  if (value.type === "SET") throw invalid(item, "an attribute cannot be a set");
  return { name, ...value };
}

function invalid(item: string, problem: string): KernelError {
  return new KernelError("CONFIGURATION_INVALID", `attribute "${item.trim()}": ${problem}`);
}
