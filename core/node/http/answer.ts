import { Readable } from "node:stream";
import { setImmediate as nextTurn } from "node:timers/promises";
import { promisify } from "node:util";
import { constants, createGzip, gzip } from "node:zlib";
import type { MessageCodec } from "../../protocol/codec.js";
import type { Messages } from "../../protocol/generated/schema.js";
import type { MessageName } from "../../protocol/plan.js";
import { acceptsGzip, type Encoding, queryOf } from "./content.js";
import type { Exchange } from "./endpoint.js";
import { MIN_GZIP_BYTES } from "./limits.js";
import { sendRefusal } from "./refusal.js";
import { type AnswerBody, PieceWriter } from "./piece-writer.js";
import { slicedJson } from "./sliced-json.js";
import { slicedProtobuf } from "./sliced-protobuf.js";

/** How long the writing of one answer holds the event loop at a time. */
const SLICE_MS = 4;
/** Callback names that cannot be anything but a name: `jsonp` is written into a script. */
const JSONP_CALLBACK = /^[A-Za-z_$][\w$.]{0,127}$/;
const gzipBytes = promisify(gzip);

/** Writes a view as JSON, a few milliseconds at a time. */
export async function writeJson(value: unknown): Promise<AnswerBody> {
  const writer = new PieceWriter();
  await inTurns(slicedJson(value), (text) => writer.writeText(text));
  return writer.finish();
}

async function inTurns<T>(parts: Iterable<T>, write: (part: T) => void): Promise<void> {
  let deadline = performance.now() + SLICE_MS;
  for (const part of parts) {
    write(part);
    if (performance.now() < deadline) continue;
    await nextTurn();
    deadline = performance.now() + SLICE_MS;
  }
}

/** Writes a message in either encoding. */
export async function writeMessage<N extends MessageName>(
  codec: MessageCodec<N>,
  message: Messages[N],
  encoding: Encoding,
): Promise<AnswerBody> {
  if (encoding === "application/json") return writeJson(message);
  const writer = new PieceWriter();
  await inTurns(slicedProtobuf(codec, message), (bytes) => writer.writeBytes(bytes));
  return writer.finish();
}

/** Sends a JSON body, as a script that calls the client's function if it asks by `?jsonp=`. */
export async function sendJson(exchange: Exchange, body: AnswerBody): Promise<void> {
  const jsonp = queryOf(exchange.request)["jsonp"];
  if (jsonp === undefined) return sendBody(exchange, body, "application/json");
  if (!JSONP_CALLBACK.test(jsonp)) {
    sendRefusal(exchange.reply, { status: 400, message: "jsonp: expected the name of a function" });
    return;
  }
  const head = Buffer.from(`${jsonp}(`);
  const tail = Buffer.from(");");
  const script = { pieces: [head, ...body.pieces, tail], bytes: body.bytes + 3 + jsonp.length };
  return sendBody(exchange, script, "text/javascript");
}

/** Sends a body, compressed if it is worth it and the client agrees. */
export async function sendBody(exchange: Exchange, body: AnswerBody, type: string): Promise<void> {
  const { request, reply } = exchange;
  reply.type(type).header("vary", "Accept-Encoding");
  if (body.bytes < MIN_GZIP_BYTES || !acceptsGzip(request)) {
    reply.header("content-length", body.bytes);
    reply.send(body.pieces.length === 1 ? body.pieces[0] : Readable.from(body.pieces));
    return;
  }
  reply.header("content-encoding", "gzip");
  const level = constants.Z_BEST_SPEED;
  if (body.pieces.length === 1) reply.send(await gzipBytes(body.pieces[0] ?? "", { level }));
  else reply.send(Readable.from(body.pieces).pipe(createGzip({ level })));
}
