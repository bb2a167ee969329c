import { serviceToken } from "../base/service-token.js";
import type { Principal } from "./principal.js";

/** What an authenticator may look at. Header names are in lower case. */
export interface AuthenticationRequest {
  readonly headers: Readonly<Record<string, string | undefined>>;
  readonly remoteAddress: string;
}
export type AuthenticationResult =
  | { readonly type: "AUTHENTICATED"; readonly principal: Principal }
  /** Answered with 401; `challenge` is the value of `WWW-Authenticate`. */
  | { readonly type: "UNAUTHORIZED"; readonly challenge: string }
  | { readonly type: "FORBIDDEN"; readonly message: string };

/** Says who speaks on one HTTP realm. Secrets are compared in constant time and never logged. */
export interface HttpAuthenticator {
  /** The scheme of the Authorization header, e.g. `Basic`. */
  readonly scheme: string;
  authenticate(request: AuthenticationRequest): Promise<AuthenticationResult>;
}
export const HttpAuthenticator = serviceToken<HttpAuthenticator>("contracts/HttpAuthenticator");

/** Says which agent speaks, at the handshake of its connection to the master. */
export interface AgentAuthenticator {
  authenticate(request: AuthenticationRequest): Promise<AuthenticationResult>;
}
export const AgentAuthenticator = serviceToken<AgentAuthenticator>("contracts/AgentAuthenticator");

/** The agent's side of {@link AgentAuthenticator}: headers to send with the handshake. */
export interface AgentAuthenticatee {
  credentials(): Promise<Readonly<Record<string, string>>>;
}
export const AgentAuthenticatee = serviceToken<AgentAuthenticatee>("contracts/AgentAuthenticatee");
