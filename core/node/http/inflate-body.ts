import { createGunzip } from "node:zlib";
import type { FastifyReply, preParsingHookHandler, RequestPayload } from "fastify";

class BodyError extends Error {
  constructor(
    readonly statusCode: number,
    message: string,
  ) {
    super(message);
  }
}

/**
 * A hook that inflates a body sent with `Content-Encoding: gzip`. The server's body limit then counts the inflated bytes
 * (and the compressed ones), and what is left of a body over the limit is never inflated.
 */
export const inflateBody: preParsingHookHandler = (request, reply, payload, done) => {
  const coding = request.headers["content-encoding"]?.trim().toLowerCase() ?? "identity";
  if (coding === "identity") done(null, payload);
  else if (coding === "gzip" || coding === "x-gzip") done(null, inflate(reply, payload));
  else
    done(new BodyError(415, `expected a Content-Encoding of gzip, got ${JSON.stringify(coding)}`));
};

function inflate(reply: FastifyReply, payload: RequestPayload): RequestPayload {
  const inflated = Object.assign(createGunzip(), { receivedEncodedLength: 0 });
  payload.on("data", (chunk: Uint8Array) => (inflated.receivedEncodedLength += chunk.length));
  payload.on("error", (error) => inflated.destroy(error));
  inflated.on("error", (error) => Object.assign(error, { statusCode: 400 }));
  reply.raw.once("close", () => inflated.destroy());
  return payload.pipe(inflated);
}
