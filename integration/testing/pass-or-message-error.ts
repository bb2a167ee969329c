import { MessageError } from "../../core/protocol/message-error.js";

/** What `read` gives, or undefined where it throws a `MessageError`; anything else it throws fails the test. */
export function passOrMessageError<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch (error) {
    if (error instanceof MessageError) return undefined;
    throw error;
  }
}
