import { expect } from "chai";
import { VirtualClock } from "../../integration/simulator/virtual-clock.js";
import type { AgentInput } from "../agent/agent-io.js";
import { silentLogger } from "../base/logger.js";
import type { Connection, Transport } from "../contracts/transport.js";
import type { AgentToMaster } from "../protocol/agent-protocol.js";
import { MasterLink } from "./master-link.js";

type Handlers = Parameters<Transport["connect"]>[1];

/** A transport in a test's hands: every attempt to connect waits for the test to say what becomes of it. */
class ScriptedTransport implements Transport {
  readonly urls: string[] = [];
  private attempt: { handlers: Handlers; connection: Connection<AgentToMaster> } | undefined;

  listen(): never {
    throw new Error("an agent does not listen");
  }
  connect({ url }: Parameters<Transport["connect"]>[0], handlers: Handlers) {
    this.urls.push(url);
    const connection: Connection<AgentToMaster> = {
      id: `c${this.urls.length}`,
      remoteAddress: "127.0.0.1",
      bufferedBytes: 0,
      send: () => {},
      pause: () => {},
      close: () => this.end("closed"),
    };
    this.attempt = { handlers, connection };
    return connection;
  }
  get isTried(): boolean {
    return this.attempt !== undefined;
  }
  open(): void {
    const { handlers, connection } = this.attempt ?? {};
    if (connection)
      handlers?.onOpen(connection, { protocolVersion: 1, softwareVersion: "", capabilities: [] });
  }
  speak(): void {
    const { handlers, connection } = this.attempt ?? {};
    if (connection) handlers?.onMessage(connection, { type: "PING", connected: true });
  }
  end(reason: string): void {
    const { handlers, connection } = this.attempt ?? {};
    this.attempt = undefined;
    if (connection) handlers?.onClose(connection, reason);
  }
}

function setup() {
  const clock = new VirtualClock();
  const transport = new ScriptedTransport();
  const inputs: string[] = [];
  const link = new MasterLink({
    transport,
    clock,
    // The longest pause there can be.
    random: { integer: (limit) => limit },
    logger: silentLogger,
    deliver: (input: AgentInput) => void inputs.push(input.type),
  });
  /** How long it takes until the next attempt. */
  const nextAttemptMs = (): number => {
    const sinceMs = clock.elapsedMs;
    while (!transport.isTried && clock.pending > 0) clock.runNext(clock.elapsedMs + 60_000);
    return clock.elapsedMs - sinceMs;
  };
  return { clock, transport, inputs, link, nextAttemptMs };
}
const master = (port: number) => ({ id: "M", ip: 0, hostname: "127.0.0.1", port });

describe("MasterLink", () => {
  it("tries again after pauses that grow up to ten seconds", () => {
    const { transport, link, nextAttemptMs } = setup();
    link.onLeader(master(5050));
    const pauses = Array.from({ length: 9 }, () => {
      transport.end("refused");
      return nextAttemptMs();
    });
    expect(pauses).to.deep.equal([100, 200, 400, 800, 1600, 3200, 6400, 10_000, 10_000]);
  });

  it("does not hurry back to a master that lets it in and hangs up", () => {
    const { transport, link, nextAttemptMs } = setup();
    link.onLeader(master(5050));
    const pauses = Array.from({ length: 3 }, () => {
      transport.open();
      transport.end("refused");
      return nextAttemptMs();
    });
    expect(pauses).to.deep.equal([100, 200, 400]);
  });

  it("begins anew once a master has spoken", () => {
    const { transport, inputs, link, nextAttemptMs } = setup();
    link.onLeader(master(5050));
    transport.end("refused");
    nextAttemptMs();
    transport.open();
    transport.speak();
    transport.end("broken");
    expect(nextAttemptMs()).to.equal(100);
    expect(inputs).to.deep.equal(["MASTER_CONNECTED", "MASTER_MESSAGE", "MASTER_DISCONNECTED"]);
  });

  it("moves to another leader, and waits where there is none", () => {
    const { transport, link, nextAttemptMs } = setup();
    link.onLeader(master(5050));
    link.onLeader(undefined);
    nextAttemptMs();
    expect(transport.isTried).to.equal(false);
    link.onLeader(master(5051));
    expect(transport.urls).to.deep.equal([
      "ws://127.0.0.1:5050/dasmos/v1/agent",
      "ws://127.0.0.1:5051/dasmos/v1/agent",
    ]);
  });

  it("stops for good when it is disposed", () => {
    const { clock, transport, link } = setup();
    link.onLeader(master(5050));
    link.dispose();
    clock.runNext(60_000);
    expect(transport.isTried).to.equal(false);
  });
});
