import type { FastifyRequest } from "fastify";
import { hostPort } from "../../base/host-port.js";
import type { Refusal } from "./endpoint.js";

/** What a master knows of who leads. */
export type Leadership =
  | { readonly type: "LEADING" }
  /** It leads, and is still reading the registry. */
  | { readonly type: "RECOVERING" }
  | { readonly type: "FOLLOWING"; readonly hostname: string; readonly port: number }
  | { readonly type: "NO_LEADER" };

/** Lets a request pass on the leading master alone; elsewhere it is sent there, by a Location without a scheme. */
export function leadershipGate(leadership: () => Leadership) {
  return (request: FastifyRequest): Refusal | undefined => {
    const now = leadership();
    switch (now.type) {
      case "LEADING":
        return undefined;
      case "RECOVERING":
        return { status: 503, message: "the leading master is still recovering its registry" };
      case "FOLLOWING":
        return redirect(`//${hostPort(now.hostname, now.port)}${request.originalUrl}`);
      case "NO_LEADER":
        return { status: 503, message: "No leader elected" };
    }
  };
}

/** 307: the same request, with its method and body, at another place. */
export function redirect(location: string): Refusal {
  return { status: 307, message: "", headers: { location } };
}
