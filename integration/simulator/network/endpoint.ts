import { between, chance } from "../chance.js";
import { deepFreeze } from "../deep-freeze.js";
import type { HostName, Network } from "./network.js";

/** What a side of a connection hears. Never called from within its own `send` or `close`. */
export interface EndpointHandlers<In> {
  onMessage(message: In): void;
  /** The connection is no more; not called after this side has closed it. */
  onClose(): void;
  /** All that was sent has arrived. */
  onDrained?(): void;
}

const nobody: EndpointHandlers<unknown> = { onMessage: () => {}, onClose: () => {} };

/** How long TCP sends something again before it gives the connection up. */
const RETRANSMISSION_LIMIT_MS = 60_000;
const RETRANSMISSION_CAP_MS = 4_000;
/** Most ends of a broken connection hear of it soon, some only after a long silence. */
const SLOW_DETECTION = 0.1;
const SLOW_DETECTION_MS = 60_000;
const FAST_DETECTION_MS = 1_000;

/**
 * One end of a TCP connection. What is sent arrives in order and at most once. Behind a partition it waits and is sent
 * again until TCP gives up. A message that the network loses takes the connection with it, and each end hears of that
 * in its own time: until then a connection may be open at one end only.
 */
export class Endpoint<In, Out> {
  open = true;
  /** How much of what was sent has not arrived yet. */
  unacknowledged = 0;
  private peer!: Endpoint<Out, In>;
  private lastArrivalMs = 0;
  private torn = false;
  private gaveUp = false;
  private waiting: (() => void)[] = [];

  private constructor(
    private readonly network: Network,
    private readonly host: HostName,
    private handlers: EndpointHandlers<In>,
  ) {}

  /**
   * Connects `from` to `to`. `listen` gets the far end as soon as the first packet is there, and accepts it or not.
   * What is sent meanwhile follows behind; whoever wants to know that the connection stands waits for a first message.
   */
  static dial<In, Out>(options: {
    readonly network: Network;
    readonly from: HostName;
    readonly to: HostName;
    readonly handlers: EndpointHandlers<In>;
    readonly listen: (far: Endpoint<Out, In>) => EndpointHandlers<Out> | undefined;
  }): Endpoint<In, Out> {
    const near = new Endpoint<In, Out>(options.network, options.from, options.handlers);
    const far = new Endpoint<Out, In>(options.network, options.to, nobody);
    near.peer = far;
    far.peer = near;
    far.open = false;
    near.transmit(() => {
      if (!near.open) return;
      far.open = true;
      const handlers = options.listen(far);
      if (handlers === undefined) far.close();
      else far.handlers = handlers;
    });
    return near;
  }

  /** @returns false where the message is lost already. */
  send(message: Out): boolean {
    deepFreeze(message);
    if (!this.open || this.torn) return false;
    if (this.network.loses(this.host, this.peer.host, message)) {
      this.tear();
      return false;
    }
    this.unacknowledged++;
    this.transmit(() => {
      if (--this.unacknowledged === 0 && this.open) this.handlers.onDrained?.();
      this.peer.arrive(message);
    });
    return true;
  }

  /** Ends the connection in an orderly way: what was sent before still arrives. */
  close(): void {
    if (!this.open) return;
    this.open = false;
    if (!this.torn) this.transmit(() => this.peer.hangUp());
  }

  /** This end's machine is gone without a word. */
  vanish(): void {
    this.open = false;
  }

  private transmit(arrive: () => void): void {
    const { clock } = this.network;
    const arrivalMs = Math.max(
      this.lastArrivalMs,
      clock.elapsedMs + this.network.delayMs(this.host, this.peer.host),
    );
    this.lastArrivalMs = arrivalMs;
    clock.schedule(arrivalMs - clock.elapsedMs, () => {
      if (this.torn || this.gaveUp) return;
      if (this.waiting.length > 0) this.waiting.push(arrive);
      else if (this.network.isBlocked(this.host, this.peer.host)) this.retransmit(arrive);
      else arrive();
    });
  }

  private retransmit(arrive: () => void): void {
    const { clock } = this.network;
    this.waiting.push(arrive);
    const sinceMs = clock.elapsedMs;
    const attempt = (delayMs: number): void => {
      clock.schedule(delayMs, () => {
        if (this.torn) return;
        if (!this.network.isBlocked(this.host, this.peer.host)) {
          const arrivals = this.waiting;
          this.waiting = [];
          for (const arrival of arrivals) if (!this.torn) arrival();
        } else if (clock.elapsedMs - sinceMs > RETRANSMISSION_LIMIT_MS) this.giveUp();
        else attempt(Math.min(2 * delayMs, RETRANSMISSION_CAP_MS));
      });
    };
    attempt(200);
  }

  private arrive(message: In): void {
    if (this.open) this.handlers.onMessage(message);
    else this.reset();
  }

  /** Tells the peer that there is no such connection here; a reset is not sent again if it does not get through. */
  private reset(): void {
    const { network, host, peer } = this;
    network.clock.schedule(network.delayMs(host, peer.host), () => {
      if (!network.isBlocked(host, peer.host)) peer.hangUp();
    });
  }

  private giveUp(): void {
    this.gaveUp = true;
    this.waiting = [];
    this.hangUp();
  }

  private hangUp(): void {
    if (!this.open) return;
    this.open = false;
    this.handlers.onClose();
  }

  private tear(): void {
    this.torn = true;
    this.peer.torn = true;
    const { clock, random } = this.network;
    for (const end of [this, this.peer]) {
      const slow = chance(random, SLOW_DETECTION);
      const limitMs = slow ? SLOW_DETECTION_MS : FAST_DETECTION_MS;
      clock.schedule(between(random, 1, limitMs), () => end.hangUp());
    }
  }
}
