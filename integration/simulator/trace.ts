import { Resources } from "../../core/resources/resources.js";

const SEED = 0x811c9dc5;
const PRIME = 0x01000193;

/** Mixes a text into a hash (FNV-1a over its UTF-16 units). */
function mixText(hash: number, text: string): number {
  let mixed = hash;
  for (let i = 0; i < text.length; i++) mixed = Math.imul(mixed ^ text.charCodeAt(i), PRIME);
  return mixed;
}

function mixNumber(hash: number, value: number): number {
  if (Number.isInteger(value))
    return Math.imul(Math.imul(hash ^ (value | 0), PRIME) ^ Math.floor(value / 2 ** 32), PRIME);
  return mixText(hash, String(value));
}

/** Mixes anything plain into a hash, with its keys and in its order. */
function mix(hash: number, value: unknown): number {
  if (typeof value === "string") return mixText(hash, value);
  if (typeof value === "number") return mixNumber(hash, value);
  if (typeof value !== "object" || value === null) return mixText(hash, String(value));
  if (value instanceof Map || value instanceof Set || Array.isArray(value)) {
    let mixed = Math.imul(hash ^ 0x5b, PRIME);
    for (const item of value) mixed = mix(mixed, item);
    return mixed;
  }
  if (value instanceof Resources) return mixText(hash, value.key);
  let mixed = Math.imul(hash ^ 0x7b, PRIME);
  const fields = value as Readonly<Record<string, unknown>>;
  for (const key in fields) mixed = mix(mixKey(mixed, key), fields[key]);
  return mixed;
}

/** A key is told from its neighbours by its length and its first letter; its whole text would cost too much. */
function mixKey(hash: number, key: string): number {
  return Math.imul(hash ^ key.length ^ (key.charCodeAt(0) << 8), PRIME);
}

/** A hash of all that went into the machines and came out of them: one seed, one hash. */
export class TraceHash {
  private hash = SEED;
  /** How many values it stands for. */
  count = 0;

  add(timeMs: number, place: string, value: unknown): void {
    this.count++;
    this.hash = mix(mixText(mixNumber(this.hash, timeMs), place), value);
  }

  toString(): string {
    return (this.hash >>> 0).toString(16).padStart(8, "0");
  }
}
