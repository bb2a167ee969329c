import type { v1 } from "../protocol/v1.js";
import type { Range } from "./ranges.js";

/** A scalar, ranges, a set or a text, told apart by how it is written. */
export type ParsedValue = Pick<v1.Attribute, "type" | "scalar" | "ranges" | "set" | "text">;

const NUMBER = /^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$/;
const RANGE = /^(\d+)-(\d+)$/;

/** `4.5`, `[1-2,5-9]`, `{a,b}`, or else text. @returns what is wrong as a string. */
export function parseValue(text: string): ParsedValue | string {
  const compact = text.replace(/\s+/g, "");
  if (compact === "") return "the value is empty";
  if (compact.startsWith("[")) return parseRanges(compact);
  if (compact.startsWith("{")) return parseSet(compact);
  if (NUMBER.test(compact)) {
    const value = Number(compact);
    if (!Number.isFinite(value)) return `${compact} is too large`;
    return { type: "SCALAR", scalar: { value } };
  }
  return { type: "TEXT", text: { value: text.trim() } };
}

function parseRanges(text: string): ParsedValue | string {
  if (!text.endsWith("]")) return `"${text}" has no closing "]"`;
  const range: Range[] = [];
  for (const item of text.slice(1, -1).split(",")) {
    if (item === "" && text === "[]") break;
    const match = RANGE.exec(item);
    if (!match) return `"${item}" is not a range such as 31000-32000`;
    const [begin, end] = [Number(match[1]), Number(match[2])];
    if (begin > end) return `range ${item} ends before it begins`;
    range.push({ begin, end });
  }
  return { type: "RANGES", ranges: { range } };
}

function parseSet(text: string): ParsedValue | string {
  if (!text.endsWith("}")) return `"${text}" has no closing "}"`;
  const item = text.slice(1, -1).split(",");
  if (text === "{}") return { type: "SET", set: {} };
  if (item.includes("")) return `"${text}" has an empty item`;
  return { type: "SET", set: { item } };
}
