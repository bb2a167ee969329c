import { z } from "zod";
import { printDuration } from "../../agent/durations.js";
import { messageOf } from "../../base/kernel-error.js";
import { parseQuantities, printQuantities } from "../../resources/quantities.js";
import { bytesPattern, durationPattern, parseBytes, parseDuration } from "./units.js";

/** The keys of a configuration, each with what may stand there. Every field is optional or has a default. */
export type Fields = Readonly<Record<string, z.ZodType>>;

/** A field whose value is written with its unit, and whose name carries the unit once it has been read. */
export type Measured<T, U extends string> = z.ZodType<T> & { readonly unit: U };

/** A field that is written otherwise than what was read of it: `print` gives the text that a flag would take. */
export type Printed<S extends z.ZodType> = S & { print(value: z.output<S>): string };

function printed<S extends z.ZodType>(
  print: (value: z.output<S>) => string,
  schema: S,
): Printed<S> {
  return Object.assign(schema, { print });
}

/** A field of several parts: `readPartly` gives those that are right where others are wrong. */
export type Parted<S extends z.ZodType> = S & {
  readPartly(input: unknown): z.output<S> | undefined;
};

/** A field's value as a flag would take it. */
export function printField(field: z.ZodType, value: unknown): string {
  if ("print" in field && typeof field.print === "function") return String(field.print(value));
  if (Array.isArray(value)) return value.join(",");
  return typeof value === "string" ? value : JSON.stringify(value);
}

type KeyOf<K, F> = F extends { readonly unit: infer U extends string } ? `${K & string}${U}` : K;
type IsOptional<F> = undefined extends z.output<F> ? true : false;
/** What reading the fields gives: `offerTimeout: "5secs"` is `offerTimeoutMs: 5000`. */
export type Configured<F extends Fields> = {
  readonly [K in keyof F as IsOptional<F[K]> extends true ? never : KeyOf<K, F[K]>]: z.output<F[K]>;
} & {
  readonly [K in keyof F as IsOptional<F[K]> extends true ? KeyOf<K, F[K]> : never]?: Exclude<
    z.output<F[K]>,
    undefined
  >;
};

interface Limits {
  readonly minimum?: string;
  readonly maximum?: string;
}

const DURATION = "a duration such as 15secs (ns, us, ms, secs, mins, hrs, days or weeks)";

function durationText({ minimum = "0ns", maximum }: Limits) {
  const [least = 0, most = Infinity] = [minimum, maximum ?? ""].map(parseDuration);
  const range = maximum === undefined ? `${minimum} or more` : `from ${minimum} to ${maximum}`;
  return parsed<number>(
    DURATION,
    (text) => {
      const ms = parseDuration(text);
      if (ms === undefined) return undefined;
      return ms >= least && ms <= most ? ms : refused(`a duration of ${range}`);
    },
    durationPattern,
  );
}

/** A duration in Mesos' grammar; read as milliseconds. */
export function duration(byDefault: string, description: string, limits: Limits = {}) {
  const schema = durationText(limits).prefault(byDefault).describe(description);
  return measured("Ms", printed(printDuration, schema));
}

/** A duration that may be absent. */
export function optionalDuration(description: string, limits: Limits = {}) {
  const schema = durationText(limits).optional().describe(description);
  return measured(
    "Ms",
    printed((ms = 0) => printDuration(ms), schema),
  );
}

/** An amount of bytes in Mesos' grammar. */
export function bytes(byDefault: string, description: string) {
  const schema = parsed<number>(
    "an amount of bytes such as 10MB (B, KB, MB, GB or TB)",
    parseBytes,
    bytesPattern,
  );
  const described = schema.prefault(byDefault).describe(description);
  return measured(
    "Bytes",
    printed((value) => `${value}B`, described),
  );
}

const PERCENTAGE = /^\d+(?:\.\d+)?%$/;

/** A percentage, read as a fraction: `25%` is 0.25. */
export function percentage(byDefault: string, description: string) {
  const schema = parsed<number>(
    "a percentage up to 100%",
    (text) => {
      const fraction = parseFloat(text) / 100;
      return PERCENTAGE.test(text) && fraction <= 1 ? fraction : undefined;
    },
    PERCENTAGE,
  );
  const described = schema.prefault(byDefault).describe(description);
  return printed((fraction) => `${Number((fraction * 100).toPrecision(12))}%`, described);
}

/** Amounts such as `cpus:0.01;mem:32`, read as thousandths by name. */
export function quantities(byDefault: readonly string[], description: string) {
  const expected = 'amounts such as "cpus:0.01" or "cpus:1;mem:64"';
  const schema = z
    .array(parsed(expected, explained(expected, parseQuantities)))
    .readonly()
    .prefault([...byDefault])
    .describe(description);
  return printed((bundles) => bundles.map(printQuantities).join(","), schema);
}

/** A positive number for each name, written `web=2,db=1`. */
export function numbersByName(description: string) {
  const schema = z
    .record(z.string().min(1), z.number().positive())
    .default({})
    .describe(description);
  const print = (numbers: Readonly<Record<string, number>>) =>
    Object.entries(numbers)
      .map(([name, number]) => `${name}=${number}`)
      .join(",");
  return printed(print, schema);
}

/** What a parser says when it throws, after what was expected. */
export function explained<T>(expected: string, parse: (text: string) => T) {
  return (text: string): T | Refusal => {
    try {
      return parse(text);
    } catch (error) {
      return refused(`${expected} (${messageOf(error)})`);
    }
  };
}

export function flag(byDefault: boolean, description: string) {
  return z.boolean().default(byDefault).describe(description);
}

/** A whole number of things, zero or more unless `minimum` says otherwise. */
export function count(byDefault: number, description: string, minimum = 0) {
  return z.int().min(minimum).default(byDefault).describe(description);
}

export function names(description: string) {
  return z.array(z.string().min(1)).readonly().default([]).describe(description);
}

/** The highest port there is. */
export const MAX_PORT = 65_535;

export function port(byDefault: number, description: string) {
  return z.int().min(0).max(MAX_PORT).default(byDefault).describe(description);
}

export function optionalText(description: string) {
  return z.string().min(1).optional().describe(description);
}

const IP = /^(?:\d{1,3}(?:\.\d{1,3}){3}|[\da-fA-F:]*:[\da-fA-F:.]*)$/;
/** An address in numbers: names are looked up by nobody here. */
export function ipAddress() {
  return parsed<string>("an IP address", (text) => (IP.test(text) ? text : undefined));
}

/** A text that means something else. `expected` says in words what it has to be; undefined: it is not. */
export function parsed<T>(
  expected: string,
  parse: (text: string) => T | Refusal | undefined,
  pattern?: RegExp,
) {
  const text = z.string({ error: expected });
  const described = pattern === undefined ? text : text.meta({ pattern: pattern.source });
  return described.transform((input, context): T => {
    const result = parse(input);
    const refusal = result === undefined ? new Refusal(expected) : result;
    if (!(refusal instanceof Refusal)) return refusal;
    context.issues.push({ code: "custom", message: refusal.expected, input });
    return z.NEVER;
  });
}

/** Says what would have been right. */
export class Refusal {
  constructor(readonly expected: string) {}
}
export function refused(expected: string): Refusal {
  return new Refusal(expected);
}

function measured<S extends z.ZodType, U extends string>(unit: U, schema: S) {
  return Object.assign(schema, { unit });
}
