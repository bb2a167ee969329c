import type { z } from "zod";

type Schema = z.core.$ZodType;

/** What a schema says of itself, as far as it leads to the objects inside. */
export interface SchemaDefinition {
  /** Of a default, an optional and the like. */
  readonly innerType?: Schema;
  /** Of a pipe or a transform: what reads the input. */
  readonly in?: Schema;
  /** Of a schema that is made when it is needed. */
  readonly getter?: () => Schema;
  /** Of a union. */
  readonly options?: readonly Schema[];
  /** Of an object. */
  readonly shape?: Readonly<Record<string, Schema>>;
  /** Of an object that says something on keys that are not in its shape. */
  readonly catchall?: Schema;
  /** Of a list. */
  readonly element?: Schema;
  /** Of a tuple. */
  readonly items?: readonly Schema[];
  /** Of a record. */
  readonly valueType?: Schema;
}

export function definitionOf(schema: Schema): SchemaDefinition {
  return schema._zod.def as unknown as SchemaDefinition;
}
