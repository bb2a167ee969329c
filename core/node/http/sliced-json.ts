/** Objects are taken apart down to this depth, arrays one deeper; what is below is written whole. */
const MAX_OBJECT_DEPTH = 2;
/** So many elements of a list are written at once. */
const LIST_SLICE = 64;
/** An element of a list that has a longer list for a member is taken apart. */
const LONG_LIST = 16;

/**
 * Writes a value as JSON in parts of moderate size, so that a caller can let others have their turn between two of them.
 * The parts together are what `JSON.stringify` would give. A list may be as long as it likes: views keep their long
 * lists within the depth that is taken apart.
 */
export function slicedJson(value: unknown): Generator<string, void> {
  return parts(jsonValueOf(value), 0);
}

function* parts(value: unknown, depth: number): Generator<string, void> {
  if (Array.isArray(value) && depth <= MAX_OBJECT_DEPTH + 1) yield* listParts(value, depth);
  else if (typeof value === "object" && value !== null && depth <= MAX_OBJECT_DEPTH)
    yield* objectParts(value, depth);
  else yield JSON.stringify(value) ?? "null";
}

function* objectParts(object: object, depth: number): Generator<string, void> {
  let separator = "{";
  for (const [key, given] of Object.entries(object)) {
    const member = jsonValueOf(given);
    if (!isWritten(member)) continue;
    yield `${separator}${JSON.stringify(key)}:`;
    yield* parts(member, depth + 1);
    separator = ",";
  }
  yield separator === "{" ? "{}" : "}";
}

/** Elements are written many at a time, but for those that are long themselves. */
function* listParts(list: readonly unknown[], depth: number): Generator<string, void> {
  let separator = "[";
  let slice: unknown[] = [];
  for (const given of list) {
    const element = jsonValueOf(given);
    const isLong = depth < MAX_OBJECT_DEPTH && hasLongList(element);
    if (slice.length > 0 && (isLong || slice.length === LIST_SLICE)) {
      yield separator + elementsText(slice);
      separator = ",";
      slice = [];
    }
    if (!isLong) {
      slice.push(element);
      continue;
    }
    yield separator;
    yield* parts(element, depth + 1);
    separator = ",";
  }
  if (slice.length > 0) yield `${separator}${elementsText(slice)}]`;
  else yield separator === "[" ? "[]" : "]";
}

function elementsText(elements: readonly unknown[]): string {
  return JSON.stringify(elements).slice(1, -1);
}

function hasLongList(element: unknown): boolean {
  if (typeof element !== "object" || element === null) return false;
  if (Array.isArray(element)) return element.length > LONG_LIST;
  return Object.values(element).some((one) => Array.isArray(one) && one.length > LONG_LIST);
}

function jsonValueOf(value: unknown): unknown {
  const toJson = (value as { readonly toJSON?: unknown } | null | undefined)?.toJSON;
  return typeof toJson === "function" ? (toJson.call(value) as unknown) : value;
}

/** Members without a JSON value are left out of an object. */
function isWritten(member: unknown): boolean {
  return member !== undefined && typeof member !== "function" && typeof member !== "symbol";
}
