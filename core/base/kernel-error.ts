/** Every way in which an operation of the kernel fails. Scripts match on the code, people read the message. */
export const errorCodes = {
  CONFIGURATION_INVALID: "a configuration file, flag or variable does not say what it should",
  MODULE_NOT_FOUND: "no module of that name",
  MODULE_INVALID: "a module is not what its configuration says",
  MODULE_FAILED: "a module threw while it was loaded or started",
  MACHINE_FAILED: "a master or an agent cannot go on: a bug, or what it decided by its rules",
  STOPPED: "the process was asked to stop before it was up",
  ADDRESS_IN_USE: "another process listens there",
  WORK_DIRECTORY_LOCKED: "another process works in the same directory",
  WORK_DIRECTORY_UNUSABLE: "the work or runtime directory cannot be made, or not be written to",
  NOT_KNOWN: "there is nothing of the name or id that was given",
  STORE_FAILED: "a store did not read or write what it was asked to",
  STORE_CORRUPT: "a stored record does not carry its own check value",
  STORE_FENCED: "a newer leader has written to the store",
  CONTAINER_FAILED: "a container was not prepared or launched",
  TRANSPORT_FAILED: "a connection was not made or was lost",
  REQUEST_REFUSED: "a master or an agent did not do what it was asked to",
  NOT_SUPPORTED: "nothing fills this module kind yet",
  PERMISSION_DENIED: "the process may not do this",
} as const;
export type ErrorCode = keyof typeof errorCodes;

/** A failed operation: a stable code, a message that names what was wrong and where, and the cause. */
export class KernelError extends Error {
  override readonly name = "KernelError";
  constructor(
    readonly code: ErrorCode,
    message: string,
    options?: { readonly cause?: unknown },
  ) {
    super(message, options);
  }
}

/** The message of anything that was thrown. */
export function messageOf(error: unknown = "undefined was thrown"): string {
  return error instanceof Error ? error.message : String(error);
}
