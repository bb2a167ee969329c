/** Messages may nest this deep, in either encoding; what is deeper is refused before it is built. */
export const MAX_NESTING_DEPTH = 100;
/** The largest body of an HTTP request that is read. */
export const MAX_REQUEST_BODY_BYTES = 16 * 1024 * 1024;
/** The largest record of a RecordIO stream that is read. */
export const MAX_RECORD_BYTES = 16 * 1024 * 1024;
/** The largest frame that passes between a master and an agent. */
export const MAX_FRAME_BYTES = 16 * 1024 * 1024;
