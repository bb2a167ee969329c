import type { Random } from "../../core/base/random.js";
import { toBase64 } from "../../core/protocol/base64.js";
import type { Field, Plan, RawMessage } from "../../core/protocol/plan.js";

const MAX_DEPTH = 5;
const TEXTS = [
  "",
  "a",
  "cpus",
  "task-1",
  "Ω≈ç√",
  "😀",
  'quote " and \\',
  "line\nbreak",
  "x".repeat(300),
];

/** A random message that fits the schema, in canonical form: no empty lists, canonical base64, one member of a oneof. */
export function randomMessage(plan: Plan, random: Random, depth = 0): RawMessage {
  const message: RawMessage = {};
  const excluded = excludedMembers(plan, random);
  for (const field of plan.fields) {
    if (excluded.has(field.name)) continue;
    const wanted = field.rule === "required" || random.integer(depth > MAX_DEPTH ? 1000 : 3) === 0;
    const value = wanted ? randomField(field, random, depth) : undefined;
    if (value !== undefined && (value !== 0 || !hasImplicitPresence(plan)))
      message[field.name] = value;
  }
  return message;
}

/** Google's own messages are proto3: zero is not told from unset. */
function hasImplicitPresence(plan: Plan): boolean {
  return plan.name.startsWith("google.protobuf.");
}

/** All fields but one of each oneof. */
function excludedMembers(plan: Plan, random: Random): Set<string> {
  const excluded = new Set<string>();
  for (const names of plan.oneofs) {
    const chosen = random.integer(names.length);
    names.forEach((name, index) => index !== chosen && excluded.add(name));
  }
  return excluded;
}

function randomField(field: Field, random: Random, depth: number): unknown {
  if (field.rule === "map") {
    const entries = many(random, (index) => [
      `${randomText(random)}${index}`,
      randomValue(field, random, depth),
    ]);
    return Object.fromEntries(entries as [string, unknown][]);
  }
  if (field.rule === "repeated") return many(random, () => randomValue(field, random, depth));
  return randomValue(field, random, depth);
}

function many<T>(random: Random, make: (index: number) => T): T[] {
  return Array.from({ length: 1 + random.integer(3) }, (_, index) => make(index));
}

function randomValue({ kind, message, values }: Field, random: Random, depth: number): unknown {
  if (message !== undefined) return randomMessage(message, random, depth + 1);
  if (values !== undefined) return pick(random, [...values.byName.keys()]);
  if (kind === "string") return randomText(random);
  if (kind === "bytes") return toBase64(randomBytes(random, random.integer(20)));
  if (kind === "bool") return random.integer(2) === 1;
  if (kind === "double") return randomDouble(random);
  return randomInteger(kind, random);
}

function randomInteger(kind: string, random: Random): number {
  const bits = kind.endsWith("64") ? 53 : kind === "uint32" ? 32 : 31;
  const size = 2 ** (1 + random.integer(bits));
  const magnitude = Math.min(random.integer(size), 2 ** bits - 1);
  return kind.startsWith("u") || random.integer(2) === 0 ? magnitude : -magnitude || 0;
}

function randomDouble(random: Random): number {
  return pick(random, [0, 0.001, 1e21, -2.5e-7, random.integer(1000), random.integer(1e6) / 1000]);
}

function randomText(random: Random): string {
  return pick(random, TEXTS);
}

export function randomBytes(random: Random, length: number): Uint8Array {
  return Uint8Array.from({ length }, () => random.integer(256));
}

export function pick<T>(random: Random, items: readonly T[]): T {
  return items[random.integer(items.length)] as T;
}
