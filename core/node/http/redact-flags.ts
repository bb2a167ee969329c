const SECRET_NAME = /secret|password|credential|token|docker_config/i;
/** The user and password of a URL such as `zk://user:password@host/path`. */
const URL_CREDENTIALS = /\/\/[^/@\s]*@/g;

/** Flags as anybody may see them: what is secret, or may hold a secret, is replaced. */
export function redactFlags(
  flags: Readonly<Record<string, string>>,
): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.entries(flags).map(([name, value]) => [
      name,
      SECRET_NAME.test(name) ? "[redacted]" : value.replace(URL_CREDENTIALS, "//[redacted]@"),
    ]),
  );
}
