import { KernelError } from "../base/kernel-error.js";
import type { v1 } from "../protocol/v1.js";
import { parseNamedList } from "./parse-named-list.js";
import { parseValue } from "./parse-value.js";
import { invalidRanges } from "./validate-resources.js";

/**
 * `--attributes`: `name:value` pairs separated by semicolons or line ends, the value a scalar, ranges or a text; or the
 * JSON array of attribute messages. Names may repeat, and their order is kept.
 * @throws KernelError naming the pair or the entry.
 */
export function parseAttributes(text: string): readonly v1.Attribute[] {
  if (text.trimStart().startsWith("[")) return parseJson(text);
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

function parseJson(text: string): readonly v1.Attribute[] {
  const list = parseNamedList<v1.Attribute>(text);
  if (typeof list === "string") throw invalid(text, list);
  return list.map((attribute, index) => {
    const problem = invalidAttribute(attribute);
    if (problem) throw invalid(`[${index}] ${attribute.name}`, problem);
    return attribute;
  });
}

function invalidAttribute({ name, type, ...values }: v1.Attribute): string | undefined {
  const { scalar, ranges, text } = values;
  if (name === "") return "name: must not be empty";
  const expected = { SCALAR: "scalar", RANGES: "ranges", TEXT: "text", SET: undefined }[type];
  if (expected === undefined) return "type: expected SCALAR, RANGES or TEXT";
  const unexpected = Object.keys(values).find((key) => key !== expected);
  if (unexpected !== undefined) return `${unexpected}: must not be set with type ${type}`;
  if (type === "RANGES") return ranges ? invalidRanges(ranges) : "ranges: must be set";
  if (type === "TEXT")
    return typeof text?.value === "string" ? undefined : "text.value: must be a text";
  return Number.isFinite(scalar?.value) ? undefined : "scalar.value: must be a number";
}

function invalid(item: string, problem: string): KernelError {
  const shown = item.trim().slice(0, 80);
  return new KernelError("CONFIGURATION_INVALID", `attribute "${shown}": ${problem}`);
}
