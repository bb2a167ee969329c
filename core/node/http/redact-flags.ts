import { isSecret, REDACTED, withoutCredentials } from "../../kernel/configuration/secrets.js";

/** Flags as anybody may see them: what is secret, or may hold a secret, is replaced. */
export function redactFlags(
  flags: Readonly<Record<string, string>>,
): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.entries(flags).map(([name, value]) => [
      name,
      isSecret(name) ? REDACTED : withoutCredentials(value),
    ]),
  );
}
