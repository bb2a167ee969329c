import { type Field, type Plan, planOf, type RawMessage } from "../../protocol/plan.js";
import type { v1 } from "../../protocol/v1.js";
import { Resources } from "../../resources/resources.js";

const executorPlan = planOf("mesos.v1.ExecutorInfo");

/** Lists that mean the same in any order, unlike a command's arguments. */
const UNORDERED: ReadonlySet<string> = new Set([
  "mesos.v1.Labels labels",
  "mesos.v1.Environment variables",
  "mesos.v1.CommandInfo uris",
]);

/** Whether two descriptions are of one executor, however they are ordered and whether or not they write defaults out. */
export function sameExecutor(a: v1.ExecutorInfo, b: v1.ExecutorInfo): boolean {
  const { resources: aResources, ...aRest } = a;
  const { resources: bResources, ...bRest } = b;
  return (
    Resources.fromWire(aResources).equals(Resources.fromWire(bResources)) &&
    textOf(executorPlan, aRest) === textOf(executorPlan, bRest)
  );
}

/** A text that messages have in common which mean the same, and no others. */
function textOf(plan: Plan, message: RawMessage): string {
  const texts = plan.fields
    .filter((field) => saysSomething(field, message[field.name]))
    .map((field) => `${field.name}:${textOfField(plan, field, message[field.name])}`);
  return `{${texts.join()}}`;
}

/** An empty list is no list, and a message that holds lists alone, all of them empty, is no message. */
function saysSomething({ byDefault, message }: Field, value: unknown): boolean {
  if (value === undefined || value === byDefault) return false;
  if (Array.isArray(value)) return value.length > 0;
  if (!message || message.fields.some(({ rule }) => rule !== "repeated")) return true;
  return message.fields.length === 0 || textOf(message, value as RawMessage) !== "{}";
}

function textOfField(plan: Plan, field: Field, value: unknown): string {
  if (field.rule === "map") {
    const texts = Object.entries(value as RawMessage).map(
      ([key, inner]) => `${JSON.stringify(key)}:${textOfValue(field, inner)}`,
    );
    return `{${texts.toSorted().join()}}`;
  }
  if (!Array.isArray(value)) return textOfValue(field, value);
  const texts = value.map((inner) => textOfValue(field, inner));
  const sorted = UNORDERED.has(`${plan.name} ${field.name}`) ? texts.toSorted() : texts;
  return `[${sorted.join()}]`;
}

function textOfValue({ message }: Field, value: unknown): string {
  return message ? textOf(message, value as RawMessage) : JSON.stringify(value);
}
