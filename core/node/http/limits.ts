/** All headers of one request together; more is answered with 431. */
export const MAX_HEADER_BYTES = 16 * 1024;
/** How long a client may take to send its headers. */
export const HEADERS_TIMEOUT_MS = 20_000;
/** How long a client may take to send a whole request. */
export const REQUEST_TIMEOUT_MS = 120_000;
/** How long a connection may idle between two requests. */
export const KEEP_ALIVE_TIMEOUT_MS = 75_000;
/** A connection on which nothing moves for this long is closed; event streams are bounded by bytes instead. */
export const CONNECTION_STALL_TIMEOUT_MS = 60_000;
/** An event stream with more bytes than this that its client has not taken is closed. */
export const MAX_STREAM_BUFFER_BYTES = 64 * 1024 * 1024;
/** Smaller answers are never compressed, as in Mesos. */
export const MIN_GZIP_BYTES = 1024;
/** TCP asks after the client of a stream that has been silent for so long: a dead machine says no goodbye. */
export const KEEP_ALIVE_PROBE_MS = 30_000;
