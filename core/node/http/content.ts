import { isUtf8 } from "node:buffer";
import type { FastifyRequest } from "fastify";
import type { MessageCodec } from "../../protocol/codec.js";
import type { Messages } from "../../protocol/generated/schema.js";
import { MessageError } from "../../protocol/message-error.js";
import type { MessageName } from "../../protocol/plan.js";
import type { Refusal } from "./endpoint.js";

/** How a message stands on the wire. */
export type Encoding = "application/json" | "application/x-protobuf";
const JSON_TYPE = "application/json";
const PROTOBUF_TYPE = "application/x-protobuf";
const BOTH = `${JSON_TYPE} or ${PROTOBUF_TYPE}`;

/** The outcome of a check at the edge. */
export type Checked<T> = { readonly value: T } | { readonly refusal: Refusal };

/** The message in a request's body, by its Content-Type. */
export function readMessage<N extends MessageName>(
  request: FastifyRequest,
  codec: MessageCodec<N>,
): Checked<Messages[N]> {
  const type = request.headers["content-type"];
  if (type === undefined) return refuse(400, `expected a Content-Type of ${BOTH}, got none`);
  const encoding = type.split(";", 1)[0]?.trim().toLowerCase();
  if (encoding !== JSON_TYPE && encoding !== PROTOBUF_TYPE)
    return refuse(415, `expected a Content-Type of ${BOTH}, got ${JSON.stringify(type)}`);
  const body = request.body instanceof Uint8Array ? request.body : new Uint8Array();
  try {
    return { value: encoding === JSON_TYPE ? parseJson(codec, body) : codec.decodeProtobuf(body) };
  } catch (error) {
    if (error instanceof MessageError)
      return refuse(400, `cannot read the body as ${codec.name}: ${error.message}`);
    throw error;
  }
}

function parseJson<N extends MessageName>(codec: MessageCodec<N>, body: Uint8Array): Messages[N] {
  if (!isUtf8(body)) throw new MessageError("not UTF-8");
  return codec.parseJson(Buffer.from(body.buffer, body.byteOffset, body.byteLength).toString());
}

/** How the client wants its answer: JSON where it takes both, or does not say. */
export function acceptedEncoding(request: FastifyRequest): Checked<Encoding> {
  const accept = request.headers.accept;
  if (accept === undefined || accept.trim() === "") return { value: JSON_TYPE };
  const ranges = accept.split(",").map(parseRange);
  if (allows(ranges, JSON_TYPE)) return { value: JSON_TYPE };
  if (allows(ranges, PROTOBUF_TYPE)) return { value: PROTOBUF_TYPE };
  return refuse(406, `expected an Accept that allows ${BOTH}, got ${JSON.stringify(accept)}`);
}

interface AcceptRange {
  readonly type: string;
  readonly refused: boolean;
}

function parseRange(range: string): AcceptRange {
  const [type = "", ...parameters] = range.split(";").map((part) => part.trim().toLowerCase());
  const quality = parameters.find((parameter) => parameter.startsWith("q="));
  return { type, refused: quality !== undefined && Number(quality.slice(2)) === 0 };
}

/** The most specific range that matches decides, so that `application/json;q=0` beside a wildcard does not allow JSON. */
function allows(ranges: readonly AcceptRange[], encoding: Encoding): boolean {
  for (const type of [encoding, "application/*", "*/*"]) {
    const range = ranges.find((one) => one.type === type);
    if (range !== undefined) return !range.refused;
  }
  return false;
}

/** Whether an Accept-Encoding header allows gzip. */
export function acceptsGzip(request: FastifyRequest): boolean {
  const header = request.headers["accept-encoding"];
  const given = Array.isArray(header) ? header.join(",") : (header ?? "");
  const range = given
    .split(",")
    .map(parseRange)
    .find((one) => one.type === "gzip");
  return range !== undefined && !range.refused;
}

export function refuse(status: number, message: string): { readonly refusal: Refusal } {
  return { refusal: { status, message } };
}

/** The query of a request; of a name given more than once, the last counts. */
export function queryOf(request: FastifyRequest): Readonly<Record<string, string | undefined>> {
  const query = request.query as Readonly<Record<string, string | readonly string[]>>;
  const last = (value: string | readonly string[]) =>
    typeof value === "string" ? value : value.at(-1);
  return Object.fromEntries(Object.entries(query).map(([name, value]) => [name, last(value)]));
}
