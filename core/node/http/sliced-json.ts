/** Objects are taken apart down to this depth, arrays one deeper; what is below is written whole. */
const MAX_OBJECT_DEPTH = 2;
/** So many elements of a list are written at once. */
const LIST_SLICE = 64;
/** A piece is handed over once it is about this long. */
const PIECE_CHARACTERS = 64 * 1024;

/**
 * Writes a value as JSON in pieces of moderate size, so that a caller can let others have their turn between two of
 * them. The pieces together are what `JSON.stringify` would give. A list may be as long as it likes: views keep their
 * long lists within the depth that is taken apart.
 */
export function* slicedJson(value: unknown): Generator<string, void> {
  let piece = "";
  for (const part of parts(jsonValueOf(value), 0)) {
    piece += part;
    if (piece.length < PIECE_CHARACTERS) continue;
    yield piece;
    piece = "";
  }
  if (piece !== "") yield piece;
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

function* listParts(list: readonly unknown[], depth: number): Generator<string, void> {
  yield "[";
  if (depth > MAX_OBJECT_DEPTH) {
    for (let start = 0; start < list.length; start += LIST_SLICE)
      yield (start > 0 ? "," : "") +
        JSON.stringify(list.slice(start, start + LIST_SLICE)).slice(1, -1);
  } else {
    for (let i = 0; i < list.length; i++) {
      if (i > 0) yield ",";
      yield* parts(jsonValueOf(list[i]), depth + 1);
    }
  }
  yield "]";
}

function jsonValueOf(value: unknown): unknown {
  const toJson = (value as { readonly toJSON?: unknown } | null | undefined)?.toJSON;
  return typeof toJson === "function" ? (toJson.call(value) as unknown) : value;
}

/** Members without a JSON value are left out of an object. */
function isWritten(member: unknown): boolean {
  return member !== undefined && typeof member !== "function" && typeof member !== "symbol";
}
