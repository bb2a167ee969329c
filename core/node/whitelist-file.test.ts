import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import { VirtualClock } from "../../integration/simulator/virtual-clock.js";
import { messageOf } from "../base/kernel-error.js";
import type { Logger } from "../base/logger.js";
import { WhitelistFile } from "./whitelist-file.js";

describe("WhitelistFile", () => {
  let directory = "";
  let file = "";
  const clock = new VirtualClock();
  const warnings: string[] = [];
  const ignore = (): void => {};
  const warn = (message: string) => void warnings.push(message);
  const logger: Logger = { debug: ignore, info: ignore, warn, error: ignore };

  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), "dasmos-whitelist-"));
    file = join(directory, "hosts");
  });
  afterEach(() => rmSync(directory, { recursive: true, force: true }));

  /** Resolves once the next reading is over and the one after it is due. */
  async function nextReading(): Promise<void> {
    expect(clock.runNext(clock.elapsedMs + 5_000)).to.equal(true);
    while (clock.pending === 0) await new Promise((settle) => setImmediate(settle));
  }

  it("tells the hosts at first, and again when they are others", async () => {
    writeFileSync(file, "one\r\n\n  two \n");
    const whitelist = await WhitelistFile.open(file, { clock, logger });
    const told: (readonly string[])[] = [];
    whitelist.watch((hostnames) => told.push(hostnames));
    await nextReading();
    writeFileSync(file, "two");
    await nextReading();
    rmSync(file);
    await nextReading();
    await nextReading();
    writeFileSync(file, "");
    await nextReading();
    // Nobody is on an empty list. While the file was away, the last one held, and the log says so once.
    expect(told).to.deep.equal([["one", "two"], ["two"], []]);
    expect(warnings).to.deep.equal(["the whitelist cannot be read, and stays as it was"]);
    whitelist.dispose();
    writeFileSync(file, "three");
    expect([clock.runNext(clock.elapsedMs + 5_000), told.length]).to.deep.equal([false, 3]);
  });

  it("must be there at the start", async () => {
    const opened = await WhitelistFile.open(file, { clock, logger }).catch(messageOf);
    expect(opened).to.match(/^whitelist: .*hosts cannot be read: ENOENT/);
  });
});
