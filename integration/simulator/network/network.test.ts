import { expect } from "chai";
import { SeededRandom } from "../../../core/base/random.js";
import { VirtualClock } from "../virtual-clock.js";
import { makeCall } from "./call.js";
import { Endpoint } from "./endpoint.js";
import { Network, type NetworkFaults, quietNetwork } from "./network.js";

function connect(faults: Partial<NetworkFaults> = {}, seed = 1) {
  const clock = new VirtualClock();
  const network = new Network(clock, new SeededRandom(seed), { ...quietNetwork, ...faults });
  const log: string[] = [];
  let server: Endpoint<number, string> | undefined;
  const client = Endpoint.dial<string, number>({
    network,
    from: "client",
    to: "server",
    handlers: {
      onMessage: (text) => log.push(text),
      onClose: () => log.push("client closed"),
    },
    listen: (far) => {
      server = far;
      return {
        onMessage: (n) => log.push(String(n)),
        onClose: () => log.push("server closed"),
      };
    },
  });
  const runUntil = (ms: number): void => {
    while (clock.runNext(ms));
  };
  return { network, clock, client, server: () => server, log, runUntil };
}

describe("Endpoint", () => {
  it("delivers in order whatever the delays", () => {
    const { client, log, runUntil } = connect({ maxDelayMs: 500 });
    for (let i = 0; i < 10; i++) client.send(i);
    runUntil(1_000);
    expect(log).to.deep.equal(["0", "1", "2", "3", "4", "5", "6", "7", "8", "9"]);
  });

  it("delivers what was sent before an orderly close, and then closes the other end", () => {
    const { client, log, runUntil } = connect();
    runUntil(100);
    client.send(1);
    client.close();
    client.send(2);
    runUntil(1_000);
    expect(log).to.deep.equal(["1", "server closed"]);
  });

  it("delivers late what a partition has kept back", () => {
    const { network, client, log, runUntil } = connect();
    runUntil(100);
    const partition = network.partition(["client"], "both");
    client.send(1);
    runUntil(30_000);
    expect(log).to.deep.equal([]);
    network.heal(partition);
    runUntil(40_000);
    expect(log).to.deep.equal(["1"]);
  });

  it("is given up by the sender after a long partition, and the other end hears of it when it sends", () => {
    const { network, client, server, log, runUntil } = connect();
    runUntil(100);
    const partition = network.partition(["client"], "out");
    client.send(1);
    runUntil(100_000);
    network.heal(partition);
    runUntil(200_000);
    expect(log).to.deep.equal(["client closed"]);
    server()?.send("hello");
    runUntil(201_000);
    expect(log).to.deep.equal(["client closed", "server closed"]);
  });

  it("breaks with the first message that is lost, and delivers nothing after it", () => {
    for (let seed = 0; seed < 50; seed++) {
      const { client, log, runUntil } = connect({ loss: 0.2 }, seed);
      runUntil(100);
      for (let i = 0; i < 20; i++) client.send(i);
      runUntil(100_000);
      const arrived = log.filter((line) => !line.includes("closed"));
      expect(arrived).to.deep.equal(arrived.map((_, i) => String(i)));
      expect(log.slice(arrived.length).length).to.equal(arrived.length === 20 ? 0 : 2);
    }
  });

  it("refuses a message that is changed after it was sent", () => {
    const { client } = connect();
    const message = { deep: [{ value: 1 }] };
    (client as unknown as Endpoint<string, object>).send(message);
    expect(() => {
      (message.deep[0] as { value: number }).value = 2;
    }).to.throw(TypeError);
  });
});

describe("makeCall", () => {
  function call(faults: Partial<NetworkFaults>, seed: number) {
    const { network, runUntil } = connect(faults, seed);
    let served = 0;
    const answers: unknown[] = [];
    makeCall<string, number>(network, {
      from: "client",
      to: "server",
      isSafeToRepeat: true,
      request: "ask",
      serve: (_, answer) => answer(++served),
      settle: (value) => answers.push(value),
    });
    runUntil(100_000);
    return { served, answers };
  }

  it("is served once and answered once by a quiet network", () => {
    expect(call({}, 1)).to.deep.equal({ served: 1, answers: [1] });
  });

  it("settles once, whatever the network does to it", () => {
    const outcomes = new Set<string>();
    for (let seed = 0; seed < 200; seed++) {
      const { served, answers } = call({ loss: 0.3, repeat: 0.3 }, seed);
      expect(answers.length).to.equal(1);
      outcomes.add(`served ${served}, ${answers[0] === undefined ? "not answered" : "answered"}`);
    }
    expect([...outcomes].sort()).to.deep.equal([
      "served 0, not answered",
      "served 1, answered",
      "served 1, not answered",
      "served 2, answered",
      "served 2, not answered",
    ]);
  });
});
