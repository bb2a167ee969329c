import { z } from "zod";
import { serviceToken } from "../../../core/base/service-token.js";

/** How long and how much the WebSocket transport waits for a peer. */
export interface TransportLimits {
  /** A peer that has not introduced itself by then is dropped. */
  readonly handshakeTimeoutMs: number;
  /** How long a closed connection may take to say goodbye. */
  readonly closeTimeoutMs: number;
  /** Above it a connection is congested, until it falls below `lowWaterBytes`. */
  readonly highWaterBytes: number;
  readonly lowWaterBytes: number;
  /** A peer that leaves more than this unread is dropped. */
  readonly hardLimitBytes: number;
}
export const TransportLimits = serviceToken<TransportLimits>("websocket/TransportLimits");

const MIB = 1024 * 1024;
export const transportLimits = z.strictObject({
  handshakeTimeoutMs: z.int().positive().default(10_000),
  closeTimeoutMs: z.int().positive().default(2_000),
  highWaterBytes: z
    .int()
    .positive()
    .default(4 * MIB),
  lowWaterBytes: z.int().nonnegative().default(MIB),
  hardLimitBytes: z
    .int()
    .positive()
    .default(64 * MIB),
});
