import { KernelError, messageOf } from "../../base/kernel-error.js";
import { agentCall, agentResponse, masterCall, masterResponse } from "../../protocol/codecs.js";
import type { agent, master } from "../../protocol/v1.js";

const TIMEOUT_MS = 60_000;

/** Calls the operator API of a master; a follower's redirect is followed. @throws KernelError TRANSPORT_FAILED or REQUEST_REFUSED. */
export async function callMaster(url: string, call: master.Call): Promise<master.Response> {
  const text = await post(url, masterCall.toJson(call));
  return text === "" ? {} : masterResponse.parseJson(text);
}

/** Calls the operator API of an agent. @throws KernelError TRANSPORT_FAILED or REQUEST_REFUSED. */
export async function callAgent(url: string, call: agent.Call): Promise<agent.Response> {
  const text = await post(url, agentCall.toJson(call));
  return text === "" ? {} : agentResponse.parseJson(text);
}

/** Reads an endpoint of a master that takes no call. @throws KernelError TRANSPORT_FAILED or REQUEST_REFUSED. */
export async function getFromMaster(url: string, path: string): Promise<string> {
  return await fetchText(new URL(path, url), { headers: { accept: "application/json" } });
}

async function post(url: string, body: string): Promise<string> {
  return await fetchText(new URL("/api/v1", url), {
    method: "POST",
    headers: { "content-type": "application/json", accept: "application/json" },
    body,
  });
}

async function fetchText(target: URL, init: RequestInit): Promise<string> {
  let response: Response;
  let text: string;
  try {
    response = await fetch(target, { ...init, signal: AbortSignal.timeout(TIMEOUT_MS) });
    text = await response.text();
  } catch (cause) {
    throw new KernelError("TRANSPORT_FAILED", `${target.origin}: ${reasonOf(cause)}`, { cause });
  }
  if (!response.ok) {
    const message = `${target.origin} answered ${response.status}: ${text.trim()}`;
    throw new KernelError("REQUEST_REFUSED", message);
  }
  return text;
}

/** What `fetch` hides in its cause, e.g. ECONNREFUSED. */
function reasonOf(error: unknown): string {
  const cause = error instanceof Error ? error.cause : undefined;
  return messageOf(cause instanceof Error && cause.message !== "" ? cause : error);
}
