import { messageOf } from "../base/kernel-error.js";
import type { v1 } from "../protocol/v1.js";

/** The entries of a JSON array, of which no more is known than that each has a name and a type. @returns what is wrong as a string. */
export function parseNamedList<T extends v1.Resource | v1.Attribute>(
  text: string,
): readonly T[] | string {
  let list: unknown;
  try {
    list = JSON.parse(text);
  } catch (cause) {
    return `not valid JSON: ${messageOf(cause)}`;
  }
  if (!Array.isArray(list) || !list.every(isNamed<T>)) {
    return 'expected an array of objects with "name" and "type"';
  }
  return list;
}

function isNamed<T>(item: unknown): item is T {
  if (typeof item !== "object" || item === null) return false;
  return "name" in item && typeof item.name === "string" && "type" in item;
}
