import type { FastifyReply, FastifyRequest } from "fastify";
import type {
  AuthenticationRequest,
  AuthenticationResult,
} from "../../contracts/authentication.js";
import type { Principal } from "../../contracts/principal.js";

/** Which credentials an endpoint asks for; each realm may have an authenticator of its own, as in Mesos. */
export type Realm = "readonly" | "readwrite" | "scheduler" | "executor";

/** Says who sends a request; undefined where its realm asks nobody. */
export type Authenticate = (
  realm: Realm,
  request: AuthenticationRequest,
) => Promise<AuthenticationResult | undefined>;

/** A request that is answered with an error: a status and a line of plain text, as Mesos sends them. */
export interface Refusal {
  readonly status: number;
  readonly message: string;
  readonly headers?: Readonly<Record<string, string>>;
}

/** One request on its way to its answer. */
export interface Exchange {
  readonly request: FastifyRequest;
  readonly reply: FastifyReply;
  readonly principal: Principal | undefined;
}

/**
 * One path of a server. Before `handle` is called, and before the body is read, the realm's authenticator has said who
 * it is, then `gate` has let it pass, then the method was found among `methods`: Mesos' order of checks.
 */
export interface Endpoint {
  readonly path: string;
  readonly methods: readonly ("GET" | "POST" | "PUT" | "DELETE")[];
  /** Undefined: open to everybody. A function where the methods of the path ask for different ones. */
  readonly realm?: Realm | ((request: FastifyRequest) => Realm);
  readonly gate?: (request: FastifyRequest) => Refusal | undefined;
  /** Answers through `reply`, at once or later. The request's body, if any, is a Buffer. */
  handle(exchange: Exchange): void | Promise<void>;
}
