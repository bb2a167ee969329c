import { expect } from "chai";
import fc from "fast-check";
import { DisposableStack } from "../../core/base/disposable.js";
import type { KernelError } from "../../core/base/kernel-error.js";
import {
  registryCollections,
  type RegistryOperation,
  type RegistrySnapshot,
  type RegistryStore,
} from "../../core/contracts/registry-store.js";

/** The records that several masters have in common, one after the other. */
export interface RegistryFixture {
  /** The store as one more master would open it. */
  store(): RegistryStore;
  dispose?(): Promise<void>;
}

/** What every registry has to do, wherever it keeps the records. */
export function describeRegistryStore(
  name: string,
  create: () => RegistryFixture | Promise<RegistryFixture>,
): void {
  describe(`registry ${name}`, () => {
    let opened: DisposableStack;
    let fixture: RegistryFixture;
    beforeEach(async () => {
      opened = new DisposableStack();
      fixture = await create();
      opened.defer(() => fixture.dispose?.());
    });
    afterEach(() => opened.dispose());

    /** One more master; the epoch it was given stands beside its store. */
    async function open(atLeast?: number): Promise<{ store: RegistryStore; epoch: number }> {
      const store = fixture.store();
      opened.defer(() => store.dispose?.());
      return { store, epoch: await store.open(atLeast) };
    }
    async function reopened(): Promise<Record<string, Record<string, unknown>>> {
      return plain(await (await open()).store.load());
    }

    it("begins with no record and an epoch above none", async () => {
      const { store, epoch } = await open();
      expect(plain(await store.load())).to.deep.equal({});
      expect(epoch).to.be.greaterThan(0);
    });

    it("gives what one master applied to the next", async () => {
      const { store } = await open();
      await store.load();
      await store.apply([
        { collection: "agents", key: "S0", value: { id: { value: "S0" }, attributes: [] } },
        { collection: "agents", key: "S1", value: { hostname: "a" } },
        { collection: "quotas", key: "eng/web", value: { limits: { cpus: 1.5 } } },
      ]);
      await store.apply([
        { collection: "agents", key: "S1", value: undefined },
        { collection: "agents", key: "never there", value: undefined },
        { collection: "gone", key: "S1", value: { timestamp: 1_700_000_000_123 } },
      ]);
      expect(await reopened()).to.deep.equal({
        agents: { S0: { id: { value: "S0" }, attributes: [] } },
        quotas: { "eng/web": { limits: { cpus: 1.5 } } },
        gone: { S1: { timestamp: 1_700_000_000_123 } },
      });
    });

    it("keeps equal keys of two collections apart", async () => {
      const { store } = await open();
      await store.apply(
        registryCollections.map((collection) => ({ collection, key: "x", value: collection })),
      );
      await store.apply([{ collection: "agents", key: "x", value: undefined }]);
      expect(await reopened()).to.deep.equal(
        Object.fromEntries(
          registryCollections.slice(1).map((collection) => [collection, { x: collection }]),
        ),
      );
    });

    it("raises the epoch with every opening, to that of the contender at least", async () => {
      const first = (await open()).epoch;
      const second = (await open(first + 1000)).epoch;
      const third = (await open(1)).epoch;
      const fourth = (await open(third)).epoch;
      expect({
        second: second >= first + 1000,
        third: third > second,
        fourth: fourth > third,
      }).to.deep.equal({ second: true, third: true, fourth: true });
    });

    it("refuses the batch of a master that has been followed, and keeps nothing of it", async () => {
      const { store: deposed } = await open();
      await deposed.apply([{ collection: "agents", key: "S0", value: 1 }]);
      const { store: leader } = await open();
      const refused = await deposed
        .apply([
          { collection: "agents", key: "S0", value: undefined },
          { collection: "agents", key: "S1", value: 1 },
        ])
        .catch((error: KernelError) => error.code);
      await leader.apply([{ collection: "agents", key: "S2", value: 2 }]);
      expect({ refused, kept: plain(await leader.load()) }).to.deep.equal({
        refused: "STORE_FENCED",
        kept: { agents: { S0: 1, S2: 2 } },
      });
    });

    it("applies batches in the order of the calls, whatever their size", async () => {
      const { store } = await open();
      const batch = (size: number, value: number): RegistryOperation[] =>
        Array.from({ length: size }, (_, i) => ({ collection: "agents", key: `S${i}`, value }));
      const sizes = [3000, 1, 600, 2, 1, 499];
      await Promise.all(sizes.map((size, value) => store.apply(batch(size, value))));
      const { agents } = await reopened();
      const last = (i: number) => sizes.findLastIndex((size) => i < size);
      expect(agents).to.deep.equal(
        Object.fromEntries(Array.from({ length: 3000 }, (_, i) => [`S${i}`, last(i)])),
      );
    });

    it("gives values back as they were", async () => {
      const { store } = await open();
      const values: unknown[] = [
        ...[0, -1, 1.5, 2 ** 31, 2 ** 32, 2 ** 53 - 1, -(2 ** 53) + 1, 1e300, 5e-324],
        ...["", "é€😀", "\u0000", "x".repeat(70_000), true, false, null],
        ...[[], {}, [null, [1]], { a: { b: [{ c: null }] } }, { "": 1, "a/b": 2 }],
      ];
      await store.apply(values.map((value, i) => ({ collection: "agents", key: `${i}`, value })));
      expect((await reopened())["agents"]).to.deep.equal(Object.fromEntries(values.entries()));
    });

    it("holds what a plain map would hold", async () => {
      const operation = fc.record({
        collection: fc.constantFrom(...registryCollections),
        key: fc.string({ unit: "grapheme", minLength: 1, maxLength: 4 }),
        // Through JSON, which has no -0.
        value: fc.option(fc.json({ maxDepth: 2 }).map(parse), { nil: undefined }),
      });
      const batches = fc.array(fc.array(operation, { maxLength: 8 }), { maxLength: 4 });
      const expected = new Map<string, unknown>();
      await fc.assert(
        fc.asyncProperty(batches, async (runs) => {
          const { store } = await open();
          await Promise.all(runs.map((batch) => store.apply(batch)));
          for (const { collection, key, value } of runs.flat()) {
            if (value === undefined) expected.delete(`${collection}/${key}`);
            else expected.set(`${collection}/${key}`, value);
          }
          const found = new Map(
            [...(await store.load())].flatMap(([collection, records]) =>
              [...records].map(([key, value]) => [`${collection}/${key}`, value] as const),
            ),
          );
          await store.dispose?.();
          expect(sorted(found)).to.deep.equal(sorted(expected));
        }),
        { numRuns: 20 },
      );
    });
  });
}

const parse = (json: string): unknown =>
  JSON.parse(json, (_, value: unknown) => (value === 0 ? 0 : value));

function sorted(records: ReadonlyMap<string, unknown>): (readonly [string, unknown])[] {
  return [...records].sort(([a], [b]) => (a < b ? -1 : 1));
}

function plain(snapshot: RegistrySnapshot): Record<string, Record<string, unknown>> {
  return Object.fromEntries(
    [...snapshot].map(([collection, records]) => [collection, Object.fromEntries(records)]),
  );
}
