import type { MessageCodec } from "../../protocol/codec.js";
import type { Messages } from "../../protocol/generated/schema.js";
import type { MessageName } from "../../protocol/plan.js";

/** So many elements of a list are written at once. */
const LIST_SLICE = 64;

/**
 * Writes an answer of the operator API in parts. Protobuf reads messages that follow one another as one: lists are
 * appended, messages merged. So a message with a long list is that message without it, followed by messages that have a
 * slice of it and nothing else. That works for messages without required members, as the answers and their `get_…`
 * members are; what is within them is written whole.
 */
export function* slicedProtobuf<N extends MessageName>(
  codec: MessageCodec<N>,
  message: Messages[N],
): Generator<Uint8Array, void> {
  for (const part of partsOf(message)) yield codec.encodeProtobuf(part as Messages[N]);
}

function* partsOf(message: object): Generator<object, void> {
  const rest: Record<string, unknown> = {};
  const apart: [string, unknown][] = [];
  for (const [key, member] of Object.entries(message))
    if (isTakenApart(key, member)) apart.push([key, member]);
    else rest[key] = member;
  if (Object.keys(rest).length > 0 || apart.length === 0) yield rest;
  for (const [key, member] of apart)
    if (Array.isArray(member))
      for (let start = 0; start < member.length; start += LIST_SLICE)
        yield { [key]: member.slice(start, start + LIST_SLICE) as unknown };
    else for (const part of partsOf(member as object)) yield { [key]: part };
}

function isTakenApart(key: string, member: unknown): boolean {
  if (Array.isArray(member)) return member.length > LIST_SLICE;
  return typeof member === "object" && key.startsWith("get_");
}
