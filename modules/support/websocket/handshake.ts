import { z } from "zod";
import { type CloseReason } from "../../../core/contracts/transport.js";
import { PROTOCOL_VERSION } from "../../../core/protocol/agent-protocol.js";
import { pack, unpack } from "../message-pack/message-pack.js";
import { MalformedBytes } from "../message-pack/message-pack-reader.js";

/** The versions this software speaks, best first. */
export const protocolVersions: readonly number[] = [PROTOCOL_VERSION];
const MAX_HANDSHAKE_BYTES = 65_536;

/** What the peer did is a reason to close its connection. */
export class Refusal extends Error {
  override readonly name = "Refusal";
  constructor(
    readonly reason: CloseReason,
    message: string,
  ) {
    super(message);
  }
}

const text = z.string().max(256);
const helloSchema = z.object({
  type: z.literal("HELLO"),
  protocolVersions: z.array(z.int().positive()).min(1).max(64),
  softwareVersion: text,
  capabilities: z.array(text).max(256),
});
const welcomeSchema = z.object({
  type: z.literal("WELCOME"),
  protocolVersion: z.int().positive(),
  epoch: z.int().nonnegative(),
  softwareVersion: text,
  capabilities: z.array(text).max(256),
});
/** The agent's first frame. */
export type Hello = z.infer<typeof helloSchema>;
/** The master's answer to {@link Hello}. */
export type Welcome = z.infer<typeof welcomeSchema>;

export function packHandshake(message: Hello | Welcome): Buffer {
  return pack(message);
}

export const parseHello = (bytes: Buffer): Hello => parse(helloSchema, bytes);
export const parseWelcome = (bytes: Buffer): Welcome => parse(welcomeSchema, bytes);

/** @returns the best version that both sides speak. */
export function chooseVersion(offered: readonly number[]): number {
  const version = protocolVersions.find((own) => offered.includes(own));
  if (version !== undefined) return version;
  throw new Refusal(
    "VERSION_MISMATCH",
    `the agent speaks protocol ${offered.slice(0, 8).join(", ")}, the master ${protocolVersions.join(", ")}`,
  );
}

function parse<T>(schema: z.ZodType<T>, bytes: Buffer): T {
  if (bytes.length > MAX_HANDSHAKE_BYTES)
    throw new MalformedBytes(`a first frame of ${bytes.length} bytes`);
  const result = schema.safeParse(unpack(bytes));
  if (result.success) return result.data;
  const issue = result.error.issues[0];
  throw new MalformedBytes(`first frame: ${issue?.path.join(".")}: ${issue?.message}`);
}
