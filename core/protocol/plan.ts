import { enums, type Messages, messages } from "./generated/schema.js";

export type MessageName = keyof Messages;
export type Rule = "optional" | "required" | "repeated" | "map";
export interface Field {
  readonly number: number;
  readonly rule: Rule;
  /** `message`, `enum`, or the name of a scalar type. */
  readonly kind: string;
  readonly name: string;
  readonly byDefault: unknown;
  readonly message: Plan | undefined;
  readonly values: Enum | undefined;
}
export interface Enum {
  readonly byName: ReadonlyMap<string, number>;
  readonly byNumber: ReadonlyMap<number, string>;
}
export interface Plan {
  readonly name: string;
  readonly fields: Field[];
  readonly byName: Map<string, Field>;
  readonly byNumber: Map<number, Field>;
  readonly required: Field[];
}
const enumPlans = new Map<string, Enum>();
for (const [name, values] of Object.entries(enums)) {
  const entries = Object.entries(values);
  enumPlans.set(name, {
    byName: new Map(entries),
    byNumber: new Map(entries.map(([k, v]) => [v, k])),
  });
}
const plans = new Map<string, Plan>();
for (const name of Object.keys(messages)) {
  plans.set(name, { name, fields: [], byName: new Map(), byNumber: new Map(), required: [] });
}
for (const [name, lines] of Object.entries(messages)) {
  const plan = planOf(name);
  for (const line of lines) {
    const [number = "", rule = "", type = "", field = "", ...rest] = line.split(" ");
    const added: Field = {
      number: Number(number),
      rule: rule as Rule,
      kind: plans.has(type) ? "message" : enumPlans.has(type) ? "enum" : type,
      name: field,
      byDefault: rest.length > 0 ? JSON.parse(rest.join(" ")) : undefined,
      message: plans.get(type),
      values: enumPlans.get(type),
    };
    plan.fields.push(added);
    plan.byName.set(field, added);
    plan.byNumber.set(added.number, added);
    if (rule === "required") plan.required.push(added);
  }
}
export function planOf(name: string): Plan {
  const plan = plans.get(name);
  if (plan === undefined) throw new Error(`no message named ${name}`);
  return plan;
}
export function allPlans(): IterableIterator<Plan> {
  return plans.values();
}
