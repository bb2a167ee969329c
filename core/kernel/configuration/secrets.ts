const SECRET_NAME = /secret|password|credential|token|docker_?config/i;
/** The user and password of a URL such as `zk://user:password@host/path`. */
const URL_CREDENTIALS = /\/\/[^/@\s]*@/g;

/** What stands for a secret where anybody may read. */
export const REDACTED = "[redacted]";

/** Whether what goes by this name, or stands at this path, may be a secret. */
export function isSecret(name: string): boolean {
  return SECRET_NAME.test(name);
}

/** A text without the users and passwords of its URLs. */
export function withoutCredentials(text: string): string {
  return text.replace(URL_CREDENTIALS, `//${REDACTED}@`);
}
