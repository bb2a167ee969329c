import { expect } from "chai";
import { VirtualClock } from "../../integration/simulator/virtual-clock.js";
import type { Disposable } from "../base/disposable.js";
import { SeededRandom } from "../base/random.js";
import type { scheduler, v1 } from "../protocol/v1.js";
import { SchedulerClient } from "./scheduler-client.js";
import {
  CallError,
  type SchedulerTransport,
  type SubscriptionHandlers,
} from "./scheduler-transport.js";

/** A master's end of the transport, worked by hand. */
class FakeMaster implements SchedulerTransport {
  readonly subscriptions: { readonly call: scheduler.Call; disposed: boolean }[] = [];
  readonly calls: [scheduler.Call, string][] = [];
  private handlers: SubscriptionHandlers | undefined;

  subscribe(call: scheduler.Call, handlers: SubscriptionHandlers): Disposable {
    const subscription = { call, disposed: false };
    this.subscriptions.push(subscription);
    this.handlers = handlers;
    return { dispose: () => void (subscription.disposed = true) };
  }

  async call(call: scheduler.Call, streamId: string): Promise<void> {
    this.calls.push([call, streamId]);
  }

  answer(id: string, heartbeat_interval_seconds = 15): void {
    this.handlers?.onOpen(`stream-${this.subscriptions.length}`);
    const subscribed = { framework_id: { value: id }, heartbeat_interval_seconds };
    this.send({ type: "SUBSCRIBED", subscribed });
  }

  send(event: scheduler.Event): void {
    this.handlers?.onEvent(event);
  }

  close(reason: string): void {
    this.handlers?.onClosed(reason);
  }
}

function start(
  more: { readonly roles?: readonly string[]; readonly suppressedRoles?: readonly string[] } = {},
) {
  const master = new FakeMaster();
  const clock = new VirtualClock();
  const heard: string[] = [];
  const { roles, suppressedRoles } = more;
  const frameworkInfo: v1.FrameworkInfo = {
    user: "u",
    name: "f",
    ...(roles && { roles, capabilities: [{ type: "MULTI_ROLE" }] }),
  };
  const client = new SchedulerClient({
    transport: master,
    clock,
    random: new SeededRandom(1),
    frameworkInfo,
    ...(suppressedRoles && { suppressedRoles }),
    onEvent: ({ type }) => void heard.push(String(type)),
    onDisconnected: (reason) => void heard.push(`disconnected: ${reason}`),
    onError: (message) => void heard.push(`error: ${message}`),
  });
  client.start();
  /** Lets time pass until the client subscribes the next time, and tells how long that was. */
  const untilSubscribed = (): number => {
    const { length } = master.subscriptions;
    const before = clock.elapsedMs;
    while (master.subscriptions.length === length && clock.runNext(before + 600_000));
    expect(master.subscriptions, "subscribed again").to.have.lengthOf(length + 1);
    return clock.elapsedMs - before;
  };
  return { master, clock, heard, client, untilSubscribed };
}

describe("SchedulerClient", () => {
  it("subscribes without an id, and from then on with the one it was given", () => {
    const { master, client, untilSubscribed } = start();
    expect([client.frameworkId, master.subscriptions[0]?.call]).to.deep.equal([
      undefined,
      { type: "SUBSCRIBE", subscribe: { framework_info: { user: "u", name: "f" } } },
    ]);
    master.answer("F-1");
    expect(client.frameworkId).to.equal("F-1");
    master.close("gone");
    untilSubscribed();
    const id = { value: "F-1" };
    expect(master.subscriptions[1]?.call).to.deep.equal({
      type: "SUBSCRIBE",
      framework_id: id,
      subscribe: { framework_info: { user: "u", name: "f", id } },
    });
  });

  it("tries again ever later, up to fifteen seconds, and soon once it was subscribed", () => {
    const { master, heard, untilSubscribed } = start();
    const waits = Array.from({ length: 10 }, () => {
      master.close("refused");
      return untilSubscribed();
    });
    waits.forEach((waitMs, i) => {
      const limitMs = Math.min(15_000, 500 * 2 ** i);
      expect(waitMs).to.be.within(limitMs / 2, limitMs);
    });
    expect(heard).to.deep.equal(waits.map(() => "disconnected: refused"));
    master.answer("F-1");
    master.close("gone");
    expect(untilSubscribed()).to.be.within(250, 500);
  });

  it("gives a stream up that is silent for three heartbeats", () => {
    const { master, clock, heard } = start();
    master.answer("F-1");
    clock.runNext(40_000);
    master.send({ type: "HEARTBEAT" });
    clock.runNext(84_999);
    expect(heard).to.deep.equal(["SUBSCRIBED"]);
    clock.runNext(85_000);
    expect(heard).to.deep.equal(["SUBSCRIBED", "disconnected: no heartbeat"]);
    expect(master.subscriptions[0]?.disposed).to.equal(true);
  });

  it("waits for ever on a stream without heartbeats", () => {
    const { master, clock, heard } = start();
    master.answer("F-1", 0);
    clock.runNext(3_600_000);
    expect(heard).to.deep.equal(["SUBSCRIBED"]);
  });

  it("gives a subscription up that nobody answers", () => {
    const { master, heard, untilSubscribed } = start();
    expect(untilSubscribed()).to.be.within(30_000, 31_000);
    expect(heard).to.deep.equal(["disconnected: no answer"]);
    expect(master.subscriptions[0]?.disposed).to.equal(true);
  });

  it("sends calls on the stream that it is subscribed with, and none without", async () => {
    const { master, client } = start();
    const early = await client.revive().catch((error: unknown) => error);
    expect(early).to.be.instanceOf(CallError).and.to.have.property("status", 0);
    master.answer("F-1");
    await client.kill({ value: "t" });
    expect(master.calls).to.deep.equal([
      [
        { type: "KILL", kill: { task_id: { value: "t" } }, framework_id: { value: "F-1" } },
        "stream-1",
      ],
    ]);
    master.close("gone");
    expect(await client.revive().catch((error: unknown) => error)).to.be.instanceOf(CallError);
  });

  it("acknowledges an update that wants it, and no other", async () => {
    const { master, client } = start();
    master.answer("F-1");
    const status = {
      task_id: { value: "t" },
      agent_id: { value: "S" },
      state: "TASK_RUNNING",
    } as const;
    await client.acknowledge(status);
    await client.acknowledge({ ...status, uuid: "AAAA" });
    expect(master.calls.map(([{ acknowledge }]) => acknowledge)).to.deep.equal([
      { task_id: { value: "t" }, agent_id: { value: "S" }, uuid: "AAAA" },
    ]);
  });

  it("subscribes again with the roles that are suppressed by then", async () => {
    const roles = ["a", "b"];
    const { master, client, untilSubscribed } = start({ roles, suppressedRoles: ["a"] });
    const again = (): readonly string[] | undefined => {
      master.close("gone");
      untilSubscribed();
      master.answer("F-1");
      return master.subscriptions.at(-1)?.call.subscribe?.suppressed_roles;
    };
    master.answer("F-1");
    expect(again()).to.deep.equal(["a"]);
    await client.suppress();
    expect(again()).to.deep.equal(["a", "b"]);
    await client.revive(["a"]);
    expect(again()).to.deep.equal(["b"]);
    await client.revive();
    expect(again()).to.equal(undefined);
  });

  it("ends with the framework, and when it is stopped", () => {
    const ended = start();
    ended.master.answer("F-1");
    ended.master.send({ type: "ERROR", error: { message: "Framework failed over" } });
    ended.master.close("gone");
    expect(ended.heard).to.deep.equal(["SUBSCRIBED", "error: Framework failed over"]);
    const stopped = start();
    stopped.client.stop();
    stopped.master.close("gone");
    for (const { master, clock } of [ended, stopped]) {
      while (clock.runNext(600_000));
      expect(master.subscriptions.map(({ disposed }) => disposed)).to.deep.equal([true]);
    }
  });
});
