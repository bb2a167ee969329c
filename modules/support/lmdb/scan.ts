import { messageOf } from "../../../core/base/kernel-error.js";
import { openDatabase } from "./database.js";
import { unseal } from "./seal.js";

/**
 * Reads every record of the database in the directory given as argument, as a process of its own: a damaged page makes
 * LMDB end the process that reads it, with a signal nobody can catch.
 */
async function scan(directory: string): Promise<void> {
  const database = openDatabase(directory, { readOnly: true });
  for (const { key, value } of database.getRange({})) unseal(key, value);
  await database.close();
}

try {
  await scan(process.argv[2] as string);
} catch (error) {
  process.stdout.write(messageOf(error));
  process.exitCode = 1;
}
