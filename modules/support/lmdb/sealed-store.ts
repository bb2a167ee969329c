import { spawn } from "node:child_process";
import { randomUUID } from "node:crypto";
import { statSync } from "node:fs";
import { mkdir } from "node:fs/promises";
import { text } from "node:stream/consumers";
import { setImmediate } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { KernelError, messageOf } from "../../../core/base/kernel-error.js";
import { dataFile, openDatabase, type SealedDatabase } from "./database.js";
import { MarkerFile } from "./marker-file.js";
import { seal, unseal } from "./seal.js";

const CREATED = "store/created";
const EPOCH = "store/epoch";
const RECORDS = "records/";
const AFTER_RECORDS = "records0";
/** LMDB's own limit, for pages of 4096 bytes, is 1978. */
const MAX_KEY_BYTES = 1900;
/** A transaction puts this many records before it lets the event loop breathe. */
const RECORDS_PER_TURN = 500;

/** Sets one record, or removes it where `value` is undefined. */
export interface SealedOperation {
  readonly key: string;
  readonly value: unknown;
}

export interface SealedStoreOptions {
  readonly directory: string;
  /** What an operator can do about a damaged store, for the error that reports one. */
  readonly remedy: string;
}

/**
 * Records in one LMDB database, each under a check value. A batch is written whole, and is on disk when `write` resolves.
 *
 * LMDB takes a file that has become empty for a new database; so the store is named at its creation, in itself and in a
 * file beside it, and both have to agree. LMDB also ends a process that reads a damaged page; so a store that was not
 * closed in order is read in a process of its own first. After a failed write nothing more is written: the caller stops.
 */
export class SealedStore {
  private lastWrite: Promise<unknown> = Promise.resolve();
  private failure: KernelError | undefined;

  private constructor(
    private readonly options: SealedStoreOptions,
    private readonly database: SealedDatabase,
    private readonly closedInOrder: MarkerFile,
  ) {}

  /** @throws KernelError STORE_CORRUPT naming file and remedy. */
  static async open(options: SealedStoreOptions): Promise<SealedStore> {
    const { directory } = options;
    await mkdir(directory, { recursive: true });
    const closedInOrder = new MarkerFile(directory, "closed-in-order");
    if (holdsData(directory) && !closedInOrder.exists()) await scan(options);
    const store = new SealedStore(options, openDatabase(directory), closedInOrder);
    try {
      await store.identify();
      await closedInOrder.remove();
    } catch (error) {
      await store.database.close();
      throw error;
    }
    return store;
  }

  /** Every record, by key. */
  records(): Map<string, unknown> {
    const records = new Map<string, unknown>();
    for (const { key, value } of this.database.getRange({ start: RECORDS, end: AFTER_RECORDS }))
      records.set(key.slice(RECORDS.length), this.unseal(key, value));
    return records;
  }

  /** Raises the epoch that {@link write} is fenced by, to `atLeast` or more. */
  async raiseEpoch(atLeast: number): Promise<number> {
    return this.commit(() => {
      const epoch = Math.max(atLeast, this.epoch() + 1);
      void this.database.put(EPOCH, seal(EPOCH, epoch));
      return epoch;
    });
  }

  /** @throws KernelError STORE_FENCED where the store's epoch is not `epoch`, STORE_FAILED where the disk fails. */
  async write(batch: readonly SealedOperation[], epoch?: number): Promise<void> {
    // Sealed first: what a transaction has put stays when its callback throws.
    const sealed = batch.map(({ key, value }) => this.sealOperation(key, value));
    const found = await this.commit(() => {
      const current = epoch === undefined ? undefined : this.epoch();
      if (current !== epoch) return current;
      if (sealed.length > RECORDS_PER_TURN) return this.putInTurns(sealed, epoch);
      this.put(sealed);
      return epoch;
    });
    if (found === epoch) return;
    throw new KernelError(
      "STORE_FENCED",
      `${this.options.directory} belongs to epoch ${found}, this master writes under ${epoch}`,
    );
  }

  /** Waits for what is being written, and marks the store as closed in order. */
  async close(): Promise<void> {
    await this.lastWrite;
    await this.database.close();
    if (this.failure === undefined) await this.closedInOrder.write("");
  }

  private put(sealed: readonly SealedOperation[]): void {
    for (const { key, value } of sealed) {
      if (value === undefined) void this.database.remove(key);
      else void this.database.put(key, value as Buffer);
    }
  }

  /** One transaction still: nobody else's records come in between. */
  private async putInTurns<T>(sealed: readonly SealedOperation[], result: T): Promise<T> {
    for (let i = 0; i < sealed.length; i += RECORDS_PER_TURN) {
      this.put(sealed.slice(i, i + RECORDS_PER_TURN));
      await setImmediate();
    }
    return result;
  }

  private sealOperation(key: string, value: unknown): SealedOperation {
    const stored = RECORDS + key;
    const bytes = Buffer.byteLength(stored);
    if (bytes > MAX_KEY_BYTES)
      throw this.failed(`a key of ${bytes} bytes is too long: ${key.slice(0, 100)}…`);
    return { key: stored, value: value === undefined ? undefined : seal(stored, value) };
  }

  /** Transactions are committed in the order of these calls, several of them with one sync. */
  private async commit<T>(body: () => T | Promise<T>): Promise<T> {
    if (this.failure !== undefined) throw this.failure;
    const committed = this.database.transaction(body) as Promise<T>;
    this.lastWrite = committed.then(ignore, ignore);
    try {
      return await committed;
    } catch (error) {
      const cause = await causeOf(error);
      throw (this.failure ??=
        cause instanceof KernelError ? cause : this.failed(messageOf(cause), cause));
    }
  }

  private epoch(): number {
    const sealed = this.database.get(EPOCH);
    return sealed === undefined ? 0 : (this.unseal(EPOCH, sealed) as number);
  }

  /** Gives a new store its name, and asserts that an old one is the one that was created here. */
  private async identify(): Promise<void> {
    const { directory } = this.options;
    const marker = new MarkerFile(directory, "created");
    const named = await marker.read();
    const sealed = this.database.get(CREATED);
    const own = sealed === undefined ? undefined : String(this.unseal(CREATED, sealed));
    if (own !== undefined && own === named) return;
    if (named === undefined && this.isNew()) {
      const name = own ?? randomUUID();
      await this.commit(() => void this.database.put(CREATED, seal(CREATED, name)));
      return marker.write(name);
    }
    throw corrupt(
      this.options,
      `it is ${own === undefined ? "empty" : `store ${own}`}, while ${marker.path} says ${named ?? "nothing"}`,
    );
  }

  /** A crash may have come between the record and the marker file; nothing else is written before both are there. */
  private isNew(): boolean {
    return [...this.database.getKeys({})].every((key) => key === CREATED);
  }

  private unseal(key: string, sealed: Buffer): unknown {
    try {
      return unseal(key, sealed);
    } catch (error) {
      throw corrupt(this.options, messageOf(error), error);
    }
  }

  private failed(message: string, cause?: unknown): KernelError {
    return new KernelError("STORE_FAILED", `${dataFile(this.options.directory)}: ${message}`, {
      cause,
    });
  }
}

function ignore(): void {}

/** A process that ended while it created the file has left an empty one. */
function holdsData(directory: string): boolean {
  return (statSync(dataFile(directory), { throwIfNoEntry: false })?.size ?? 0) > 0;
}

/** LMDB tells why a commit failed by a promise, which has to be taken care of even where nobody asks. */
async function causeOf(error: unknown): Promise<unknown> {
  const { commitError } = error as { readonly commitError?: Promise<unknown> };
  if (commitError === undefined) return error;
  return commitError.then(
    () => error,
    (cause: unknown) => cause,
  );
}

function corrupt(options: SealedStoreOptions, message: string, cause?: unknown): KernelError {
  const file = dataFile(options.directory);
  return new KernelError("STORE_CORRUPT", `${file}: ${message}; ${options.remedy}`, { cause });
}

async function scan(options: SealedStoreOptions): Promise<void> {
  const script = fileURLToPath(new URL("./scan.js", import.meta.url));
  const child = spawn(process.execPath, [script, options.directory], {
    stdio: ["ignore", "pipe", "ignore"],
  });
  const ended = new Promise<{ readonly code: number | null; readonly signal: string | null }>(
    (resolve, reject) => {
      child.once("error", reject);
      child.once("close", (code, signal) => resolve({ code, signal }));
    },
  );
  const [{ code, signal }, message] = await Promise.all([ended, text(child.stdout)]);
  if (code === 0) return;
  const how = signal === null ? `exit code ${code}` : signal;
  throw corrupt(options, message === "" ? `reading it ends a process with ${how}` : message);
}
