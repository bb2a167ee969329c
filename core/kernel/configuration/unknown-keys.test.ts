import { expect } from "chai";
import { z } from "zod";
import { unknownKeys } from "./unknown-keys.js";

const inner = z.object({ known: z.number().default(1) });
const lines = (schema: z.ZodType, input: unknown) =>
  unknownKeys(schema, input, "").map(({ path, message }) => `${path}: ${message}`);

describe("unknownKeys", () => {
  it("finds what would be dropped, through all that objects are wrapped in", () => {
    const schema = z.object({
      plain: inner,
      wrapped: inner.readonly().nullable().optional(),
      defaults: inner.prefault({}),
      refined: inner.refine(() => true).transform(({ known }) => known),
      list: z.array(inner),
      record: z.record(z.string(), inner),
      tuple: z.tuple([z.number(), inner]),
      lazy: z.lazy(() => inner),
      kind: z.discriminatedUnion("type", [
        inner.extend({ type: z.literal("a") }),
        z.object({ type: z.literal("b") }),
      ]),
      either: z.union([z.string(), inner]),
    });
    const bad = { know: 2 };
    const input = {
      plain: bad,
      wrapped: bad,
      defaults: bad,
      refined: bad,
      list: [{}, bad],
      record: { any: bad },
      tuple: [1, bad],
      lazy: bad,
      kind: { type: "b", known: 1 },
      either: bad,
      plains: 1,
    };
    expect(lines(schema, input)).to.deep.equal([
      "plain.know: unknown key, did you mean known?",
      "wrapped.know: unknown key, did you mean known?",
      "defaults.know: unknown key, did you mean known?",
      "refined.know: unknown key, did you mean known?",
      "list[1].know: unknown key, did you mean known?",
      "record.any.know: unknown key, did you mean known?",
      "tuple[1].know: unknown key, did you mean known?",
      "lazy.know: unknown key, did you mean known?",
      "kind.known: unknown key",
      "either.know: unknown key, did you mean known?",
      "plains: unknown key, did you mean plain?",
    ]);
  });

  it("leaves alone what a schema wants to see, or tells of itself", () => {
    const schema = z.object({
      loose: z.looseObject({ known: inner }),
      strict: z.strictObject({ known: z.number() }),
      rest: z.object({}).catchall(inner),
      both: z.intersection(z.object({ a: z.number() }), z.object({ b: z.number() })),
      custom: z.custom(),
      json: z.json(),
      prepared: z.preprocess(() => ({}), inner),
    });
    const more = { more: 1 };
    const input = {
      loose: { known: { more: 1 }, more: 1 },
      strict: more,
      rest: { any: more },
      both: { a: 1, b: 2 },
      custom: more,
      json: { deep: [more] },
      prepared: more,
    };
    expect(lines(schema, input)).to.deep.equal([
      "loose.known.more: unknown key",
      "rest.any.more: unknown key",
    ]);
  });

  it("follows a schema that contains itself as far as the input goes", () => {
    const tree = z.object({
      get children() {
        return z.array(tree).optional();
      },
    });
    const input = { children: [{ children: [{ childre: [] }] }] };
    expect(lines(tree, input)).to.deep.equal([
      "children[0].children[0].childre: unknown key, did you mean children?",
    ]);
  });
});
