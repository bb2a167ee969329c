import { expect } from "chai";
import { DisposableStack } from "../../core/base/disposable.js";
import type { CheckpointStore } from "../../core/contracts/checkpoint-store.js";

/** The checkpoints that several processes of one agent have in common, one after the other. */
export interface CheckpointFixture {
  /** The store as the agent's next process would open it. */
  store(): CheckpointStore;
  dispose?(): Promise<void>;
}

/** What every store of checkpoints has to do, wherever it keeps them. */
export function describeCheckpointStore(
  name: string,
  create: () => CheckpointFixture | Promise<CheckpointFixture>,
): void {
  describe(`checkpoints ${name}`, () => {
    let opened: DisposableStack;
    let fixture: CheckpointFixture;
    beforeEach(async () => {
      opened = new DisposableStack();
      fixture = await create();
      opened.defer(() => fixture.dispose?.());
    });
    afterEach(() => opened.dispose());

    function open(): CheckpointStore {
      const store = fixture.store();
      opened.defer(() => store.dispose?.());
      return store;
    }
    async function reopened(): Promise<Record<string, unknown>> {
      return Object.fromEntries(await open().load());
    }

    it("begins with nothing", async () => {
      expect(await reopened()).to.deep.equal({});
    });

    it("gives what one process wrote to the next", async () => {
      const store = open();
      await store.load();
      await store.write([
        { key: "agent", value: { id: { value: "S0" } } },
        { key: "tasks/f/a", value: { state: "TASK_RUNNING" } },
        { key: "tasks/f/b", value: { state: "TASK_STAGING" } },
      ]);
      await store.write([
        { key: "tasks/f/a", value: undefined },
        { key: "tasks/f/never there", value: undefined },
        { key: "tasks/f/b", value: { state: "TASK_RUNNING" } },
      ]);
      expect(await reopened()).to.deep.equal({
        agent: { id: { value: "S0" } },
        "tasks/f/b": { state: "TASK_RUNNING" },
      });
    });

    it("writes before it was asked to load", async () => {
      const store = open();
      await store.write([{ key: "boot", value: "7f3a" }]);
      expect(Object.fromEntries(await store.load())).to.deep.equal({ boot: "7f3a" });
    });

    it("writes batches in the order of the calls, whatever their size", async () => {
      const store = open();
      const sizes = [2000, 1, 700, 3];
      await Promise.all(
        sizes.map((size, value) =>
          store.write(Array.from({ length: size }, (_, i) => ({ key: `u/${i}`, value }))),
        ),
      );
      const last = (i: number) => sizes.findLastIndex((size) => i < size);
      expect(await reopened()).to.deep.equal(
        Object.fromEntries(Array.from({ length: 2000 }, (_, i) => [`u/${i}`, last(i)])),
      );
    });

    it("takes keys made of the longest ids there are", async () => {
      const id = (letter: string) => letter.repeat(255);
      const key = `updates/${id("f")}/${id("e")}/${id("t")}`;
      await open().write([{ key, value: 1 }]);
      expect(await reopened()).to.deep.equal({ [key]: 1 });
    });
  });
}
