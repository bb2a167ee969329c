import { serviceToken } from "./service-token.js";

/** The only source of chance in the kernel: a machine draws from the one it was given, so a seed replays a run. */
export interface Random {
  /** A uniform integer in [0, limit). */
  integer(limit: number): number;
}
export const Random = serviceToken<Random>("base/Random");

/** mulberry32: small, fast, and the same on every machine. Not for secrets. */
export class SeededRandom implements Random {
  constructor(private state: number) {}

  integer(limit: number): number {
    this.state = (this.state + 0x6d2b79f5) | 0;
    let t = Math.imul(this.state ^ (this.state >>> 15), 1 | this.state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return Math.floor((((t ^ (t >>> 14)) >>> 0) / 4294967296) * limit);
  }
}

/** Fisher–Yates, in place. */
export function shuffle<T>(items: T[], random: Random): T[] {
  for (let i = items.length - 1; i > 0; i--) {
    const j = random.integer(i + 1);
    const item = items[i] as T;
    items[i] = items[j] as T;
    items[j] = item;
  }
  return items;
}

/** Sixteen random bytes shaped as an RFC 4122 version 4 UUID. */
export function uuidBytes(random: Random): Uint8Array {
  const bytes = new Uint8Array(16);
  for (let i = 0; i < 16; i++) bytes[i] = random.integer(256);
  bytes[6] = ((bytes[6] as number) & 0x0f) | 0x40;
  bytes[8] = ((bytes[8] as number) & 0x3f) | 0x80;
  return bytes;
}

/** The text form of {@link uuidBytes}: `xxxxxxxx-xxxx-4xxx-yxxx-xxxxxxxxxxxx`. */
export function uuidText(random: Random): string {
  const hex = [...uuidBytes(random)].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
}
