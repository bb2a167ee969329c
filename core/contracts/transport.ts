import type { Disposable } from "../base/disposable.js";
import type { ConnectionId } from "../base/ids.js";
import { serviceToken } from "../base/service-token.js";
import type { AgentToMaster, MasterToAgent } from "../protocol/agent-protocol.js";

/** Why a connection was closed; the numbers travel on the wire (docs/agent-protocol.md). */
export const closeCodes = {
  NORMAL: 1000,
  GOING_AWAY: 1001,
  MALFORMED: 4000,
  VERSION_MISMATCH: 4001,
  UNAUTHENTICATED: 4002,
  STALE_EPOCH: 4003,
  SLOW_PEER: 4004,
  REPLACED: 4005,
  NOT_LEADER: 4006,
} as const;
export type CloseReason = keyof typeof closeCodes;

/** One connection with one peer. Frames are batches: what is sent within a turn leaves together when it is flushed. */
export interface Connection<Out> {
  readonly id: ConnectionId;
  /** The peer's IP address. */
  readonly remoteAddress: string;
  /** Queues one message; dropped once the connection is closed. Must not be called with a message that changes later. */
  send(message: Out): void;
  /** Bytes queued and not yet taken by the peer. */
  readonly bufferedBytes: number;
  /** Stops or resumes reading from the peer, so that a backlog grows on its side rather than here. */
  pause(paused: boolean): void;
  close(reason: CloseReason, message?: string): void;
}

/** What a side hears. Every callback is made from the event loop, never from within `send` or `close`. */
export interface ConnectionHandlers<In, Out> {
  onOpen(connection: Connection<Out>, peer: PeerInfo): void;
  onMessage(connection: Connection<Out>, message: In): void;
  /** The send buffer has passed its high-water mark, or has drained below its low one. */
  onCongestion(connection: Connection<Out>, congested: boolean): void;
  onClose(connection: Connection<Out>, reason: string): void;
}

/** What the handshake told of the other side. */
export interface PeerInfo {
  readonly protocolVersion: number;
  readonly softwareVersion: string;
  readonly capabilities: readonly string[];
  /** The authenticated principal of an agent, where authentication is configured. */
  readonly principal?: string;
}

/** Where a listening transport takes connections from: the master's HTTP server, by path of the upgrade request. */
export interface UpgradeSource {
  /** `request`, `socket` and `head` are those of Node's `upgrade` event. */
  onUpgrade(
    path: string,
    handle: (request: unknown, socket: unknown, head: unknown) => void,
  ): Disposable;
}

export interface ListenOptions {
  readonly upgrades: UpgradeSource;
  readonly path: string;
  /** The epoch every frame to an agent carries. */
  readonly epoch: number;
  readonly softwareVersion: string;
  /** Says who connects, from the upgrade request's headers; undefined: nobody is asked. */
  readonly authenticate?: (
    headers: Readonly<Record<string, string | undefined>>,
    remoteAddress: string,
  ) => Promise<string>;
}
export interface ConnectOptions {
  /** For instance `ws://10.0.0.1:5050/dasmos/v1/agent`. */
  readonly url: string;
  readonly softwareVersion: string;
  readonly capabilities: readonly string[];
  readonly headers: Readonly<Record<string, string>>;
  /** Frames with an epoch below it are refused and the connection is closed. */
  readonly minimumEpoch: () => number;
}

/** Carries the agent protocol between masters and agents. */
export interface Transport {
  /** Accepts agents until it is disposed. */
  listen(
    options: ListenOptions,
    handlers: ConnectionHandlers<AgentToMaster, MasterToAgent>,
  ): Disposable;
  /**
   * Connects to a master once. A failure is told by `onClose` of a connection that never opened; reconnecting, with
   * back-off, is the caller's. `onEpoch` hears the epoch of the handshake and of every higher one after it.
   */
  connect(
    options: ConnectOptions,
    handlers: ConnectionHandlers<MasterToAgent, AgentToMaster> & {
      onEpoch(epoch: number): void;
    },
  ): Connection<AgentToMaster>;
}
export const Transport = serviceToken<Transport>("contracts/Transport");
