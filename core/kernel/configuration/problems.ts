import type { z } from "zod";
import { type ErrorCode, KernelError } from "../../base/kernel-error.js";
import { definitionOf } from "./schema-definition.js";
import { isSecret, REDACTED, withoutCredentials } from "./secrets.js";
import { suggest } from "./suggest.js";

/** One thing that is wrong with a configuration, and where. */
export interface Problem {
  readonly path: string;
  readonly message: string;
  /** Where the configuration is well formed but what it names is not there or not right. */
  readonly code?: ErrorCode;
  readonly cause?: unknown;
}

export type Checked<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly problems: readonly Problem[] };

/** Reads `input` by a schema; `at` is where it stands. */
export function check<T>(schema: z.ZodType<T>, input: unknown, at: string): Checked<T> {
  const result = schema.safeParse(input);
  if (result.success) return { ok: true, value: result.data };
  const problems = result.error.issues.flatMap((issue) => toProblems(schema, issue, input, at));
  return { ok: false, problems };
}

/** `modules.parameters` and `cgroups/cpu` are `modules.parameters["cgroups/cpu"]`. */
export function pathOf(at: string, key: PropertyKey): string {
  if (typeof key === "number") return `${at}[${key}]`;
  const name = String(key);
  if (!/^[A-Za-z_]\w*$/.test(name)) return `${at}[${JSON.stringify(name)}]`;
  return at === "" ? name : `${at}.${name}`;
}

/** A value as it stands in a message, without what may be secret in it, cut where it is long. */
export function quoted(value: unknown): string {
  if (value === undefined) return "nothing";
  const text = JSON.stringify(value, withoutSecrets) ?? typeof value;
  return text.length > 80 ? `${text.slice(0, 77)}...` : text;
}

function withoutSecrets(key: string, value: unknown): unknown {
  if (isSecret(key)) return REDACTED;
  return typeof value === "string" ? withoutCredentials(value) : value;
}

export function unknownKey(path: string, key: string, known: Iterable<string>): Problem {
  const guess = suggest(key, known);
  const meant = guess === undefined ? "" : `, did you mean ${guess}?`;
  return { path, message: `unknown key${meant}` };
}

/** The error that tells every problem at once, a line each. */
export function configurationError(source: string, problems: readonly Problem[]): KernelError {
  const codes = new Set(problems.map(({ code }) => code ?? "CONFIGURATION_INVALID"));
  const [code = "CONFIGURATION_INVALID"] = codes.size === 1 ? codes : [];
  const lines = problems.map(({ path, message }) =>
    path === "" ? message : `${path}: ${message}`,
  );
  const cause = problems.find((problem) => problem.cause !== undefined)?.cause;
  return new KernelError(code, `${source}:\n${lines.map((line) => `  ${line}`).join("\n")}`, {
    cause,
  });
}

type Issue = z.core.$ZodIssue;

function toProblems(schema: z.ZodType, issue: Issue, input: unknown, at: string): Problem[] {
  const path = issue.path.reduce<string>(pathOf, at);
  if (issue.code === "unrecognized_keys") {
    const known = keysAt(schema, issue.path);
    return issue.keys.map((key) => unknownKey(pathOf(path, key), key, known));
  }
  const got = issue.path.reduce<unknown>(
    (value, key) => (value as Readonly<Record<PropertyKey, unknown>> | undefined)?.[key],
    input,
  );
  // That a secret is missing is no secret.
  const value = got !== undefined && isSecret(path) ? "" : `, got ${quoted(got)}`;
  return [{ path, message: `expected ${expectation(issue)}${value}` }];
}

function expectation(issue: Issue): string {
  switch (issue.code) {
    case "invalid_type":
      if (!issue.message.startsWith("Invalid input")) return issue.message;
      return typeNames[issue.expected] ?? `a ${issue.expected}`;
    case "invalid_value":
      return oneOf(issue.values.map((value) => quoted(value)));
    case "too_small":
      return `${thing(issue.origin)} ${issue.inclusive === false ? "above" : "of at least"} ${issue.minimum}`;
    case "too_big":
      return `${thing(issue.origin)} ${issue.inclusive === false ? "below" : "of at most"} ${issue.maximum}`;
    case "invalid_format":
      return issue.pattern === undefined ? issue.format : `a text like ${issue.pattern}`;
    case "invalid_union":
      return oneOf(issue.errors.flatMap((errors) => errors.map((error) => expectation(error))));
    case "not_multiple_of":
      return `a multiple of ${issue.divisor}`;
    case "custom":
    case "invalid_key":
    case "invalid_element":
    case "unrecognized_keys":
      return issue.message;
  }
}

const typeNames: Readonly<Record<string, string>> = {
  array: "a list",
  boolean: "true or false",
  int: "a whole number",
  object: "an object",
  record: "an object",
  string: "a text",
};

function thing(origin: string): string {
  if (origin === "string") return "a text with a length";
  if (origin === "array" || origin === "set") return "a list with a length";
  return origin === "int" ? "a whole number" : "a number";
}

function oneOf(choices: readonly string[]): string {
  const unique = [...new Set(choices)];
  return unique.length === 1 ? String(unique[0]) : `one of ${unique.join(", ")}`;
}

/** The keys of the object that a schema has at a path, through defaults, optionals and transforms. */
function keysAt(schema: z.core.$ZodType, path: readonly PropertyKey[]): readonly string[] {
  const definition = definitionOf(schema);
  const inner = definition.innerType ?? definition.in;
  if (inner !== undefined) return keysAt(inner, path);
  const [key, ...rest] = path;
  const { shape = {}, element, valueType } = definition;
  if (key === undefined) return Object.keys(shape);
  const next = shape[String(key)] ?? element ?? valueType;
  return next === undefined ? [] : keysAt(next, rest);
}
