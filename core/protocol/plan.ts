import { assert } from "../base/assert.js";
import { enums, type Messages, messages, oneofs } from "./generated/schema.js";

/** The full name of a message of the schema: `mesos.v1.TaskInfo`. */
export type MessageName = keyof Messages;
export type FieldRule = "optional" | "required" | "repeated" | "map";

/** A message whose type the compiler does not know: an object by field name. */
export type RawMessage = Record<string, unknown>;

/** One field of a message, as both codecs walk it. */
export interface Field {
  readonly number: number;
  readonly rule: FieldRule;
  /** `message`, `enum`, or the name of a scalar type; of a map, that of its values. */
  readonly kind: string;
  readonly name: string;
  /** The default the schema declares; messages are carried on without it. */
  readonly byDefault: unknown;
  readonly message: Plan | undefined;
  readonly values: EnumPlan | undefined;
}

/** An enum, both ways. */
export interface EnumPlan {
  readonly byName: ReadonlyMap<string, number>;
  readonly byNumber: ReadonlyMap<number, string>;
}

/** One message of the schema. */
export interface Plan {
  readonly name: string;
  readonly fields: readonly Field[];
  readonly required: readonly Field[];
  /** Groups of fields of which at most one is set. */
  readonly oneofs: readonly (readonly string[])[];
}

const enumPlans: ReadonlyMap<string, EnumPlan> = new Map(
  Object.entries(enums).map(([name, values]) => [name, planEnum(values)]),
);
const plans: ReadonlyMap<string, Plan> = planMessages();

/** The plan of a message by its full name. */
export function planOf(name: string): Plan {
  const plan = plans.get(name);
  assert(plan !== undefined, `no message named ${name}`);
  return plan;
}

/** Every message of the schema. */
export function allPlans(): readonly Plan[] {
  return [...plans.values()];
}

/** An enum by its full name. */
export function enumPlanOf(name: string): EnumPlan {
  const plan = enumPlans.get(name);
  assert(plan !== undefined, `no enum named ${name}`);
  return plan;
}

function planEnum(values: Readonly<Record<string, number>>): EnumPlan {
  const entries = Object.entries(values);
  return {
    byName: new Map(entries),
    byNumber: new Map(entries.map(([name, number]) => [number, name])),
  };
}

/** Every plan exists before its fields do: messages contain one another, and themselves. */
function planMessages(): Map<string, Plan> {
  const open = new Map<string, Plan & { fields: Field[]; required: Field[] }>();
  for (const name of Object.keys(messages))
    open.set(name, { name, fields: [], required: [], oneofs: oneofs[name] ?? [] });
  for (const plan of open.values()) {
    for (const line of messages[plan.name] ?? []) plan.fields.push(parseField(line, open));
    plan.required.push(...plan.fields.filter((field) => field.rule === "required"));
  }
  return open;
}

/** Reads a line of the generated table: number, rule, type, name and, where it has one, the default. */
function parseField(line: string, known: ReadonlyMap<string, Plan>): Field {
  const [number = "", rule = "", type = "", name = "", ...rest] = line.split(" ");
  const message = known.get(type);
  const values = enumPlans.get(type);
  return {
    number: Number(number),
    rule: rule as FieldRule,
    kind: message !== undefined ? "message" : values !== undefined ? "enum" : type,
    name,
    byDefault: rest.length > 0 ? JSON.parse(rest.join(" ")) : undefined,
    message,
    values,
  };
}
