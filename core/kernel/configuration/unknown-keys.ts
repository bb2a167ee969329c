import { z } from "zod";
import { pathOf, type Problem, unknownKey } from "./problems.js";
import { definitionOf, type SchemaDefinition } from "./schema-definition.js";

type Schema = z.core.$ZodType;

/**
 * The keys of an input that its schema passes over, at any depth: zod drops what an object says nothing about, and a
 * name written wrong would go unnoticed. What is intersected is not looked into, because each side knows half of the keys.
 */
export function unknownKeys(schema: Schema, input: unknown, at: string): readonly Problem[] {
  if (typeof input !== "object" || input === null) return [];
  const definition = definitionOf(schema);
  const inner = innerOf(definition, input);
  if (inner !== undefined) return unknownKeys(inner, input, at);
  return Object.entries(input).flatMap(([key, value]) => {
    const path = pathOf(at, Array.isArray(input) ? Number(key) : key);
    const next = nextOf(definition, key);
    if (next !== undefined) return unknownKeys(next, value, path);
    const { shape } = definition;
    const isPassedOver = shape !== undefined && !Array.isArray(input);
    return isPassedOver ? [unknownKey(path, key, Object.keys(shape))] : [];
  });
}

/** The schema that stands for this one before the input; of a union, the first that takes it. */
function innerOf(definition: SchemaDefinition, input: unknown): Schema | undefined {
  const { innerType, in: read, getter, options } = definition;
  const option = options?.find((one) => z.safeParse(one, input).success);
  return innerType ?? read ?? getter?.() ?? option;
}

function nextOf({ shape, items, ...of }: SchemaDefinition, key: string): Schema | undefined {
  if (shape !== undefined) return Object.hasOwn(shape, key) ? shape[key] : of.catchall;
  return items?.[Number(key)] ?? of.element ?? of.valueType;
}
