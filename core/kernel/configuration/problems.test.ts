import { expect } from "chai";
import { z } from "zod";
import { check } from "./problems.js";

const lines = (schema: z.ZodType, input: unknown, at = "parameters") => {
  const checked = check(schema, input, at);
  return checked.ok ? [] : checked.problems.map(({ path, message }) => `${path}: ${message}`);
};

describe("check", () => {
  it("tells what is wrong with a secret without telling the secret", () => {
    const schema = z.object({
      password: z.string().min(8),
      apiToken: z.string(),
      credentials: z.array(z.object({ principal: z.string(), key: z.string() })),
      users: z.array(z.string()),
      url: z.int(),
    });
    const input = {
      password: "abc",
      credentials: [{ principal: 5, key: 6 }],
      users: { name: "joe", secret: "s3", nested: [{ dockerConfig: "s3" }] },
      url: "zk://joe:s3@host/path",
    };
    expect(lines(schema, input)).to.deep.equal([
      "parameters.password: expected a text with a length of at least 8",
      "parameters.apiToken: expected a text, got nothing",
      "parameters.credentials[0].principal: expected a text",
      "parameters.credentials[0].key: expected a text",
      'parameters.users: expected a list, got {"name":"joe","secret":"[redacted]","nested":[{"dockerConfig":"[redacted]"}]}',
      'parameters.url: expected a number, got "zk://[redacted]@host/path"',
    ]);
  });
});
