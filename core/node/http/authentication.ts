import type { FastifyReply, FastifyRequest, onRequestAsyncHookHandler } from "fastify";
import type { AuthenticationRequest } from "../../contracts/authentication.js";
import type { Authenticate, Endpoint, Refusal } from "./endpoint.js";
import { sendRefusal } from "./refusal.js";

/**
 * A hook that asks `authenticate` who sends the request, and keeps the principal it names with the request; none where
 * nobody is asked.
 */
export function authentication(
  authenticate: Authenticate | undefined,
  realm: Endpoint["realm"],
): readonly onRequestAsyncHookHandler[] {
  if (authenticate === undefined || realm === undefined) return [];
  const hook = async (request: FastifyRequest, reply: FastifyReply): Promise<unknown> => {
    const result = await authenticate(
      typeof realm === "function" ? realm(request) : realm,
      authenticationRequest(request),
    );
    if (result === undefined) return undefined;
    switch (result.type) {
      case "AUTHENTICATED":
        if (result.principal.value === undefined) return sendRefusal(reply, NAMELESS);
        request.setDecorator("principal", result.principal);
        return undefined;
      case "UNAUTHORIZED":
        return sendRefusal(reply, {
          status: 401,
          message: "authentication is required",
          headers: { "www-authenticate": result.challenge },
        });
      case "FORBIDDEN":
        return sendRefusal(reply, { status: 403, message: result.message });
    }
  };
  return [hook];
}

const NAMELESS: Refusal = {
  status: 403,
  message: "the principal of this request has claims but no value, and a value is needed",
};

function authenticationRequest(request: FastifyRequest): AuthenticationRequest {
  const headers: Record<string, string | undefined> = {};
  for (const [name, value] of Object.entries(request.headers))
    headers[name] = Array.isArray(value) ? value.join(", ") : value;
  return { headers, remoteAddress: request.ip };
}
