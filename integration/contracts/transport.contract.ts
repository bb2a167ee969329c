import { setImmediate } from "node:timers/promises";
import { expect } from "chai";
import { DisposableStack } from "../../core/base/disposable.js";
import type { ConnectOptions, ListenOptions, Transport } from "../../core/contracts/transport.js";
import type { AgentToMaster, MasterToAgent } from "../../core/protocol/agent-protocol.js";
import { RecordingHandlers } from "./transport-peer.js";
import { UpgradeServer } from "./upgrade-server.js";

const PATH = "/dasmos/v1/agent";
const MIB = 1024 * 1024;
const pong = (agentId: string): AgentToMaster => ({ type: "PONG", agentId });
const ping: MasterToAgent = { type: "PING", connected: true };
/** A message of a size. */
const bulk = (bytes: number, fill = "x"): AgentToMaster => pong(fill.repeat(bytes));

const textOf = (message: AgentToMaster) => (message.type === "PONG" ? message.agentId : "");

/** What every transport has to do, whatever it carries the messages over. */
export function describeTransport(name: string, create: () => Transport): void {
  describe(`transport ${name}`, () => {
    let opened: DisposableStack;
    let server: UpgradeServer;
    beforeEach(async () => {
      opened = new DisposableStack();
      server = opened.add(await UpgradeServer.listen());
    });
    afterEach(() => opened.dispose());

    function listen(options: Partial<ListenOptions> = {}) {
      const handlers = new RecordingHandlers<AgentToMaster, MasterToAgent>();
      const listening = create().listen(
        { upgrades: server, path: PATH, epoch: 7, softwareVersion: "1.2.3", ...options },
        handlers,
      );
      opened.add(listening);
      return Object.assign(handlers, { listening });
    }
    function connect(options: Partial<ConnectOptions> = {}) {
      const handlers = new RecordingHandlers<MasterToAgent, AgentToMaster>();
      const connection = create().connect(
        {
          url: `ws://127.0.0.1:${server.port}${PATH}`,
          softwareVersion: "1.2.2",
          capabilities: ["DRAINING"],
          headers: {},
          minimumEpoch: () => 0,
          ...options,
        },
        handlers,
      );
      opened.defer(() => connection.close("NORMAL"));
      return Object.assign(handlers, { own: connection });
    }

    it("introduces both sides to each other", async () => {
      const master = listen();
      const agent = connect();
      await Promise.all([master.connection(), agent.connection()]);
      const { remoteAddress } = await master.connection();
      expect({
        remoteAddress,
        master: master.opened.map(({ peer }) => peer),
        agent: agent.opened.map(({ peer }) => peer),
        epochs: agent.epochs,
      }).to.deep.equal({
        remoteAddress: "127.0.0.1",
        master: [{ protocolVersion: 1, softwareVersion: "1.2.2", capabilities: ["DRAINING"] }],
        agent: [{ protocolVersion: 1, softwareVersion: "1.2.3", capabilities: [] }],
        epochs: [7],
      });
    });

    it("gives every connection an id of its own", async () => {
      const master = listen();
      connect();
      connect();
      await master.until(({ opened: connections }) => connections.length === 2);
      expect(new Set(master.opened.map(({ connection }) => connection.id)).size).to.equal(2);
    });

    it("carries messages both ways, whole and in order", async () => {
      const master = listen();
      const agent = connect();
      const toAgent = await master.connection();
      const sent = Array.from({ length: 10_000 }, (_, i) => pong(`agent-${i}`));
      for (const message of sent) agent.own.send(message);
      toAgent.send(ping);
      toAgent.send({ type: "KILL_TASK", frameworkId: "f", taskId: "t" });
      await master.until(({ messages }) => messages.length === sent.length);
      await agent.until(({ messages }) => messages.length === 2);
      expect(master.messages).to.deep.equal(sent);
      expect(agent.messages).to.deep.equal([
        ping,
        { type: "KILL_TASK", frameworkId: "f", taskId: "t" },
      ]);
    });

    it("carries every message of a turn, however large they are together", async () => {
      const master = listen();
      const agent = connect();
      await agent.connection();
      const fills = ["a", "b", "c", "d"];
      for (const fill of fills) agent.own.send(bulk(6 * MIB, fill));
      await master.until(({ messages }) => messages.length === 4);
      expect(master.messages).to.deep.equal(fills.map((fill) => bulk(6 * MIB, fill)));
    });

    it("sends what was queued before the connection opened", async () => {
      const master = listen();
      connect().own.send(pong("early"));
      await master.until(({ messages }) => messages.length === 1);
      expect(master.messages).to.deep.equal([pong("early")]);
    });

    it("brings what was sent in an earlier turn before it closes", async () => {
      const master = listen();
      const agent = connect();
      await agent.connection();
      const sent = Array.from({ length: 5_000 }, (_, i) => pong(`agent-${i}`));
      for (const message of sent) agent.own.send(message);
      await setImmediate();
      await setImmediate();
      agent.own.close("NORMAL");
      await master.until(({ closed }) => closed.length === 1);
      expect(master.messages).to.deep.equal(sent);
    });

    it("makes no callback from within send or close", async () => {
      const master = listen();
      const agent = connect();
      await agent.connection();
      const heard = () =>
        [agent, master].map(({ messages, congestion, closed }) => [
          messages.length,
          congestion.length,
          closed.length,
        ]);
      const before = heard();
      for (let i = 0; i < 100; i++) agent.own.send(bulk(MIB));
      agent.own.close("NORMAL");
      expect(heard()).to.deep.equal(before);
      await agent.until(({ closed }) => closed.length === 1);
    });

    it("tells both sides once why it was closed, and drops what is sent after", async () => {
      const master = listen();
      const agent = connect();
      const toAgent = await master.connection();
      await agent.connection();
      toAgent.close("REPLACED", "the agent has connected again");
      toAgent.close("NORMAL");
      toAgent.send(ping);
      await master.until(({ closed }) => closed.length === 1);
      await agent.until(({ closed }) => closed.length === 1);
      agent.own.send(pong("late"));
      agent.own.close("NORMAL");
      await master.listening.dispose();
      expect([master.closed, master.messages, agent.closed, agent.messages]).to.deep.equal([
        ["REPLACED: the agent has connected again"],
        [],
        ["REPLACED: the agent has connected again"],
        [],
      ]);
    });

    it("closes every connection when it stops listening", async () => {
      const master = listen();
      const agents = [connect(), connect(), connect()];
      await master.until(({ opened: connections }) => connections.length === 3);
      await master.listening.dispose();
      await Promise.all(agents.map((agent) => agent.until(({ closed }) => closed.length === 1)));
      expect(agents.map(({ closed }) => closed)).to.deep.equal(
        Array.from(agents, () => ["GOING_AWAY: the master stops"]),
      );
    });

    it("tells of a connection that was not made", async () => {
      const refused = connect({ url: "ws://127.0.0.1:1/" });
      await refused.until(({ closed }) => closed.length === 1);
      expect(refused.closed[0]).to.include("ECONNREFUSED");
      expect(refused.opened).to.deep.equal([]);
    });

    it("asks who connects, and says so", async () => {
      const master = listen({
        authenticate: async ({ authorization }, address) => `${authorization} from ${address}`,
      });
      connect({ headers: { authorization: "agent-1" } });
      await master.connection();
      expect(master.opened[0]?.peer.principal).to.equal("agent-1 from 127.0.0.1");
    });

    it("turns away who is not known", async () => {
      const master = listen({ authenticate: () => Promise.reject(new Error("wrong secret")) });
      const agent = connect();
      agent.own.send(pong("intruder"));
      await agent.until(({ closed }) => closed.length === 1);
      await master.listening.dispose();
      expect([agent.closed, agent.opened, master.opened, master.messages, master.closed]).to.eql([
        ["UNAUTHENTICATED: wrong secret"],
        [],
        [],
        [],
        [],
      ]);
    });

    it("refuses a master whose epoch is behind, at the handshake and later", async () => {
      const master = listen();
      const late = connect({ minimumEpoch: () => 8 });
      await late.until(({ closed }) => closed.length === 1);
      let minimum = 7;
      const agent = connect({ minimumEpoch: () => minimum });
      await agent.connection();
      await master.until(({ opened: connections }) => connections.length === 2);
      minimum = 9;
      master.opened[1]?.connection.send(ping);
      await agent.until(({ closed }) => closed.length === 1);
      await master.until(({ closed }) => closed.length === 2);
      expect([late.opened, late.closed, late.epochs, agent.closed, agent.messages]).to.deep.equal([
        [],
        ["STALE_EPOCH: epoch 7 is behind 8"],
        [],
        ["STALE_EPOCH: epoch 7 is behind 9"],
        [],
      ]);
    });

    it("leaves a backlog with the peer while it is paused, and tells of congestion", async () => {
      const master = listen();
      const agent = connect();
      const toAgent = await master.connection();
      toAgent.pause(true);
      const neighbour = connect();
      await Promise.all([agent.connection(), neighbour.connection()]);
      const count = 24;
      const send = (peer: typeof agent, fill: string) => {
        for (let i = 0; i < count; i++) peer.own.send(bulk(MIB, fill));
      };
      send(agent, "a");
      await agent.until(({ congestion }) => congestion.length === 1);
      send(neighbour, "n");
      await master.until(({ messages }) => messages.length === count);
      expect(new Set(master.messages.map(textOf))).to.deep.equal(new Set(["n".repeat(MIB)]));
      expect(agent.own.bufferedBytes).to.be.greaterThan(4 * MIB);
      toAgent.pause(false);
      await master.until(({ messages }) => messages.length === 2 * count);
      await agent.until(({ congestion }) => congestion.length === 2);
      expect(agent.congestion).to.deep.equal([true, false]);
    });

    it("closes even while it is paused", async () => {
      const master = listen();
      const agent = connect();
      const toAgent = await master.connection();
      await agent.connection();
      toAgent.pause(true);
      toAgent.close("NORMAL");
      await agent.until(({ closed }) => closed.length === 1);
      await master.listening.dispose();
      expect([master.closed, agent.closed]).to.deep.equal([["NORMAL"], ["NORMAL"]]);
    });

    it("drops a peer that reads nothing", async () => {
      const master = listen();
      const agent = connect();
      const toAgent = await master.connection();
      (await agent.connection()).pause(true);
      const run: MasterToAgent = { type: "SHUTDOWN_AGENT", message: "x".repeat(MIB) };
      for (let i = 0; i < 90; i++) toAgent.send(run);
      await master.until(({ closed }) => closed.length === 1);
      expect(master.closed[0]).to.match(/^SLOW_PEER: \d+ bytes wait to be read$/);
    });
  });
}
