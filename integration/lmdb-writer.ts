import { SealedStore } from "../modules/support/lmdb/sealed-store.js";

/** Writes batches to a registry's database for ever, several at a time, and prints the number of each acknowledged one. */
async function run(directory: string, first: number): Promise<void> {
  const store = await SealedStore.open({ directory, remedy: "none" });
  const write = async (from: number, step: number): Promise<void> => {
    for (let number = from; ; number += step) {
      await store.write([
        { key: `agents/S${number}`, value: { number, padding: "x".repeat(300) } },
        { key: `gone/S${number}`, value: number },
      ]);
      process.stdout.write(`${number}\n`);
    }
  };
  await Promise.all([0, 1, 2, 3].map((writer) => write(first + writer, 4)));
}

await run(process.argv[2] as string, Number(process.argv[3]));
