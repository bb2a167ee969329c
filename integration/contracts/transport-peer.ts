import { once } from "node:events";
import { EventEmitter } from "node:events";
import type { Connection, ConnectionHandlers, PeerInfo } from "../../core/contracts/transport.js";

/** Handlers that keep what they hear, and let a test wait for it. */
export class RecordingHandlers<In, Out> implements ConnectionHandlers<In, Out> {
  readonly opened: { readonly connection: Connection<Out>; readonly peer: PeerInfo }[] = [];
  readonly messages: In[] = [];
  readonly congestion: boolean[] = [];
  readonly closed: string[] = [];
  readonly epochs: number[] = [];
  private readonly heard = new EventEmitter();

  onOpen(connection: Connection<Out>, peer: PeerInfo): void {
    this.opened.push({ connection, peer });
    this.heard.emit("change");
  }
  onMessage(_connection: Connection<Out>, message: In): void {
    this.messages.push(message);
    this.heard.emit("change");
  }
  onCongestion(_connection: Connection<Out>, congested: boolean): void {
    this.congestion.push(congested);
    this.heard.emit("change");
  }
  onClose(_connection: Connection<Out>, reason: string): void {
    this.closed.push(reason);
    this.heard.emit("change");
  }
  onEpoch(epoch: number): void {
    this.epochs.push(epoch);
    this.heard.emit("change");
  }

  async until(holds: (self: this) => boolean): Promise<void> {
    while (!holds(this)) await once(this.heard, "change");
  }
  /** The first connection that opened. */
  async connection(): Promise<Connection<Out>> {
    await this.until(({ opened }) => opened.length > 0);
    return (this.opened[0] as { readonly connection: Connection<Out> }).connection;
  }
}
