import { MessageError } from "../protocol/message-error.js";
import { isObject } from "../protocol/scalar-check.js";

/** The variables of a process by name. @throws MessageError naming the one that no process could be started with. */
export function readEnvironment(value: unknown): Readonly<Record<string, string>> {
  if (!isObject(value)) throw MessageError.expected("an object", value);
  const environment: Record<string, string> = {};
  for (const [name, text] of Object.entries(value)) {
    if (text === undefined) continue;
    if (name === "" || name.includes("=") || name.includes("\0"))
      throw MessageError.expected("the name of a variable", name);
    // Its value may be a secret, and this goes into the log.
    if (typeof text !== "string" || text.includes("\0"))
      throw new MessageError("must be a string without NUL").within(`.${name}`);
    environment[name] = text;
  }
  return environment;
}
