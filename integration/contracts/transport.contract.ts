import { expect } from "chai";
import { DisposableStack } from "../../core/base/disposable.js";
import type { ConnectOptions, ListenOptions, Transport } from "../../core/contracts/transport.js";
import type { AgentToMaster, MasterToAgent } from "../../core/protocol/agent-protocol.js";
import { RecordingHandlers } from "./transport-peer.js";
import { UpgradeServer } from "./upgrade-server.js";

const PATH = "/dasmos/v1/agent";
const pong = (agentId: string): AgentToMaster => ({ type: "PONG", agentId });

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
      expect({
        master: master.opened.map(({ peer }) => peer),
        agent: agent.opened.map(({ peer }) => peer),
        epochs: agent.epochs,
      }).to.deep.equal({
        master: [{ protocolVersion: 1, softwareVersion: "1.2.2", capabilities: ["DRAINING"] }],
        agent: [{ protocolVersion: 1, softwareVersion: "1.2.3", capabilities: [] }],
        epochs: [7],
      });
    });

    it("carries messages both ways, whole and in order", async () => {
      const master = listen();
      const agent = connect();
      const toAgent = await master.connection();
      const sent = Array.from({ length: 1000 }, (_, i) => pong(`agent-${i}`));
      for (const message of sent) agent.own.send(message);
      toAgent.send({ type: "PING", connected: true });
      toAgent.send({ type: "KILL_TASK", frameworkId: "f", taskId: "t" });
      await master.until(({ messages }) => messages.length === sent.length);
      await agent.until(({ messages }) => messages.length === 2);
      expect(master.messages).to.deep.equal(sent);
      expect(agent.messages).to.deep.equal([
        { type: "PING", connected: true },
        { type: "KILL_TASK", frameworkId: "f", taskId: "t" },
      ]);
    });

    it("sends what was queued before the connection opened", async () => {
      const master = listen();
      connect().own.send(pong("early"));
      await master.until(({ messages }) => messages.length === 1);
      expect(master.messages).to.deep.equal([pong("early")]);
    });
  });
}
