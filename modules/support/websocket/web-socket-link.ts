import type { Socket } from "node:net";
import type { WebSocket } from "ws";
import { type Logger } from "../../../core/base/logger.js";
import { messageOf } from "../../../core/base/kernel-error.js";
import {
  closeCodes,
  type CloseReason,
  type Connection,
  type ConnectionHandlers,
  type PeerInfo,
} from "../../../core/contracts/transport.js";
import {
  decodeFrame,
  encodeFrame,
  MAX_FRAME_BYTES,
  MAX_MESSAGES_PER_FRAME,
  type Message,
} from "./frame-codec.js";
import { Refusal } from "./handshake.js";
import type { TransportLimits } from "./transport-limits.js";
import type { TurnEnd } from "./turn-end.js";

const MAX_REASON_BYTES = 120;
const TCP_KEEP_ALIVE_MS = 30_000;

/** What a peer's first frame told. */
export interface Greeting {
  readonly peer: PeerInfo;
  readonly epoch: number;
  /** What to answer. */
  readonly answer?: Buffer;
}

/** What the two ends do differently. What a check throws closes the connection: a {@link Refusal} with its own reason. */
export interface LinkRole<In> {
  /** The epoch of the frames this end writes. */
  readonly epoch: number;
  greet(firstFrame: Buffer): Greeting;
  checkEpoch(epoch: number): void;
  /** Hears the epoch of each frame that is accepted. */
  onEpoch?(epoch: number): void;
  /** @throws MessageError naming the field, where it is not a message that this end takes. */
  readonly check: (message: unknown) => In;
}

export interface LinkOptions<In, Out> {
  readonly id: string;
  readonly remoteAddress: string;
  readonly role: LinkRole<In>;
  readonly handlers: ConnectionHandlers<In, Out>;
  readonly limits: TransportLimits;
  readonly turnEnd: TurnEnd;
  readonly logger: Logger;
  /** Whether the handlers hear of its end even if it never opened. */
  readonly announceFailure: boolean;
}

interface Batch<In> {
  readonly epoch: number;
  readonly messages: readonly In[];
}

/**
 * One end of one connection. It waits for the peer's first frame, then carries batches both ways. The first reason to
 * close it is the one that is told: it ends at once for its owner, and the socket is given a moment to say goodbye.
 */
export class WebSocketLink<In, Out extends Message> implements Connection<Out> {
  readonly id: string;
  readonly remoteAddress: string;
  /** Resolves once nothing of the connection is left. */
  readonly ended: Promise<void>;
  private settle!: () => void;
  private state: "HANDSHAKE" | "OPEN" | "CLOSED" = "HANDSHAKE";
  private outbox: Out[] = [];
  private congested = false;
  private paused = false;
  private failure: string | undefined;
  private timer: NodeJS.Timeout;
  private tcp: Socket | undefined;

  constructor(
    private readonly socket: WebSocket,
    private readonly options: LinkOptions<In, Out>,
  ) {
    this.id = options.id;
    this.remoteAddress = options.remoteAddress;
    this.ended = new Promise((resolve) => {
      this.settle = resolve;
    });
    this.timer = setTimeout(
      () => this.close("MALFORMED", "no handshake in time"),
      options.limits.handshakeTimeoutMs,
    );
    socket.on("message", (data, isBinary) => this.onFrame(data as Buffer, isBinary));
    socket.on("ping", (data: Buffer) => this.onPing(data));
    socket.on("error", (error) => this.onError(error));
    socket.on("close", (code, reason) => this.onSocketClose(code, reason.toString()));
  }

  get bufferedBytes(): number {
    return this.socket.bufferedAmount;
  }

  /** Tells which TCP connection it runs over, as soon as there is one. */
  attach(tcp: Socket): void {
    this.tcp = tcp;
    tcp.setNoDelay(true);
    tcp.setKeepAlive(true, TCP_KEEP_ALIVE_MS);
    tcp.on("drain", () => this.reportCongestion());
  }

  write(frame: Buffer): void {
    this.socket.send(frame, { binary: true });
  }

  send(message: Out): void {
    if (this.state === "CLOSED") return;
    if (this.outbox.push(message) === 1) this.options.turnEnd.add(this);
  }

  /** Writes what the turn has collected, in one go. */
  flush(): void {
    if (this.state !== "OPEN") return;
    const messages = this.outbox;
    if (messages.length === 0) return;
    this.outbox = [];
    this.tcp?.cork();
    for (let i = 0; i < messages.length; i += MAX_MESSAGES_PER_FRAME)
      this.writeBatch(messages.slice(i, i + MAX_MESSAGES_PER_FRAME));
    this.tcp?.uncork();
    this.reportCongestion();
    if (this.bufferedBytes > this.options.limits.hardLimitBytes)
      this.abort("SLOW_PEER", `${this.bufferedBytes} bytes wait to be read`);
  }

  pause(paused: boolean): void {
    if (this.state === "CLOSED") return;
    this.paused = paused;
    if (paused) this.socket.pause();
    else this.socket.resume();
  }

  close(reason: CloseReason, message = ""): void {
    if (!this.end(reason, message)) return;
    if (this.paused) this.socket.resume();
    this.socket.close(closeCodes[reason], truncate(message));
    this.timer = setTimeout(() => this.socket.terminate(), this.options.limits.closeTimeoutMs);
  }

  private abort(reason: CloseReason, message: string): void {
    if (this.end(reason, message)) this.socket.terminate();
  }

  private writeBatch(messages: readonly Out[]): void {
    const frame = encodeFrame(this.options.role.epoch, messages);
    if (frame.length <= MAX_FRAME_BYTES) {
      this.write(frame);
    } else if (messages.length > 1) {
      const half = messages.length >> 1;
      this.writeBatch(messages.slice(0, half));
      this.writeBatch(messages.slice(half));
    } else {
      this.close("MALFORMED", `own ${messages[0]?.type} of ${frame.length} bytes is too large`);
    }
  }

  private onFrame(data: Buffer, isBinary: boolean): void {
    if (this.state === "CLOSED") return;
    if (this.state === "HANDSHAKE") {
      const greeting = this.attempt(() => this.options.role.greet(binary(data, isBinary)));
      if (greeting !== undefined) this.open(greeting);
    } else {
      const batch = this.attempt(() => this.read(binary(data, isBinary)));
      if (batch !== undefined) this.deliver(batch);
    }
  }

  /** Only what the peer sent is judged here; what a handler throws is a bug of ours and goes on its way. */
  private attempt<T>(read: () => T): T | undefined {
    try {
      return read();
    } catch (error) {
      this.close(error instanceof Refusal ? error.reason : "MALFORMED", messageOf(error));
      return undefined;
    }
  }

  /** A frame is taken as a whole or not at all. */
  private read(data: Buffer): Batch<In> {
    const { role } = this.options;
    const { epoch, messages } = decodeFrame(data);
    role.checkEpoch(epoch);
    return { epoch, messages: messages.map((message) => role.check(message)) };
  }

  private deliver({ epoch, messages }: Batch<In>): void {
    const { role, handlers } = this.options;
    role.onEpoch?.(epoch);
    for (const message of messages) {
      // A handler may have closed the connection.
      if (this.state !== "OPEN") return;
      handlers.onMessage(this, message);
    }
  }

  private open({ peer, epoch, answer }: Greeting): void {
    const { role, handlers } = this.options;
    clearTimeout(this.timer);
    if (answer !== undefined) this.write(answer);
    this.state = "OPEN";
    role.onEpoch?.(epoch);
    handlers.onOpen(this, peer);
    this.flush();
  }

  /** Answers by hand: a peer that pings and never reads would fill the memory with answers. */
  private onPing(data: Buffer): void {
    if (this.state === "CLOSED") return;
    if (this.bufferedBytes < this.options.limits.highWaterBytes) this.socket.pong(data);
  }

  private onError(error: Error): void {
    this.failure ??= error.message;
  }

  private onSocketClose(code: number, reason: string): void {
    this.end(nameOf(code), reason || (this.failure ?? ""));
    clearTimeout(this.timer);
    this.settle();
  }

  private reportCongestion(): void {
    const { limits, handlers } = this.options;
    const congested =
      this.bufferedBytes > (this.congested ? limits.lowWaterBytes : limits.highWaterBytes);
    if (congested === this.congested || this.state !== "OPEN") return;
    this.congested = congested;
    handlers.onCongestion(this, congested);
  }

  /** @returns whether this was the first reason to end. */
  private end(reason: string, message: string): boolean {
    if (this.state === "CLOSED") return false;
    const { handlers, logger, announceFailure } = this.options;
    const announced = announceFailure || this.state === "OPEN";
    this.state = "CLOSED";
    this.outbox = [];
    clearTimeout(this.timer);
    const text = message === "" ? reason : `${reason}: ${message}`;
    const { id: connectionId, remoteAddress } = this;
    const orderly = reason === "NORMAL" || reason === "GOING_AWAY";
    logger[orderly ? "info" : "warn"]("connection closed", {
      connectionId,
      remoteAddress,
      reason: text,
    });
    if (announced) setImmediate(() => handlers.onClose(this, text));
    return true;
  }
}

const CONNECTION_LOST = 1006;

/** Of a code of ours, or of the WebSocket layer's own. */
function nameOf(code: number): string {
  if (code === CONNECTION_LOST) return "LOST";
  const [name] = Object.entries(closeCodes).find(([, value]) => value === code) ?? [];
  return name ?? `CODE ${code}`;
}

function binary(data: Buffer, isBinary: boolean): Buffer {
  if (isBinary) return data;
  throw new Refusal("MALFORMED", "a text frame");
}

function truncate(message: string): string {
  if (Buffer.byteLength(message) <= MAX_REASON_BYTES) return message;
  return Buffer.from(message)
    .toString("utf8", 0, MAX_REASON_BYTES - 3)
    .replace(/\uFFFD+$/, "");
}
