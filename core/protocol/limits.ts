/** Messages may nest this deep, in either encoding; what is deeper is refused before it is built. */
export const MAX_NESTING_DEPTH = 100;
/**
 * The largest body of an HTTP request that is read, after it is inflated: an ACCEPT of 1,900 ordinary tasks. Reading it
 * holds the event loop; what is to be larger is sent as several calls.
 */
export const MAX_REQUEST_BODY_BYTES = 3 * 1024 * 1024;
/**
 * The most values that a request may hold (of protobuf: messages, and elements of lists and maps). Bytes alone do not
 * bound the work: three of them can be an object, and an ordinary value takes thirteen.
 */
export const MAX_REQUEST_VALUES = 300_000;
/** The largest record of a RecordIO stream that is read. */
export const MAX_RECORD_BYTES = 16 * 1024 * 1024;
/**
 * The most tasks that one call may launch: an ACCEPT is applied within one step, and a few hundredths of a millisecond for
 * each task are a long time for everybody else. More tasks are launched by several calls.
 */
export const MAX_TASKS_PER_CALL = 10_000;
