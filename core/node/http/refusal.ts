import type { FastifyReply } from "fastify";
import type { Refusal } from "./endpoint.js";

/** Answers with an error in plain text. */
export function sendRefusal(reply: FastifyReply, refusal: Refusal): FastifyReply {
  return reply
    .code(refusal.status)
    .headers(refusal.headers ?? {})
    .type("text/plain; charset=utf-8")
    .send(refusal.message);
}
