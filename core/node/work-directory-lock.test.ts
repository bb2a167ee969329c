import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import {
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import { lockWorkDirectory } from "./work-directory-lock.js";

const module = new URL("./work-directory-lock.js", import.meta.url).href;

describe("lockWorkDirectory", () => {
  let directory = "";
  let child: ChildProcess | undefined;
  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), "dasmos-lock-"));
  });
  afterEach(() => {
    child?.kill("SIGKILL");
    rmSync(directory, { recursive: true });
  });

  async function lockInChild(): Promise<number | undefined> {
    const script = `
      import { lockWorkDirectory } from ${JSON.stringify(module)};
      lockWorkDirectory(${JSON.stringify(directory)});
      console.log("locked");
      setInterval(() => {}, 1000);`;
    child = spawn(process.execPath, ["--input-type=module", "-e", script], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    if (child.stdout) await once(child.stdout, "data");
    return child.pid;
  }

  it("makes the directory for whom it is told", () => {
    const lock = lockWorkDirectory(join(directory, "a/b"), "work directory", 0o700);
    const modes = ["a", "a/b"].map((name) => statSync(join(directory, name)).mode & 0o777);
    expect(modes).to.deep.equal([0o700, 0o700]);
    void lock.dispose();
  });

  it("keeps other processes out, naming the owner and the directory, until it is disposed of", () => {
    const lock = lockWorkDirectory(directory);
    expect(() => lockWorkDirectory(directory))
      .to.throw(`${directory} is in use by process ${process.pid}`)
      .with.property("code", "WORK_DIRECTORY_LOCKED");
    void lock.dispose();
    expect(existsSync(join(directory, "lock"))).to.equal(false);
    void lockWorkDirectory(directory).dispose();
  });

  it("makes the directories on the way, and gives up where none can be made", () => {
    void lockWorkDirectory(join(directory, "on/the/way")).dispose();
    expect(existsSync(join(directory, "on/the/way"))).to.equal(true);
    expect(() => lockWorkDirectory("/proc/dasmos/work"))
      .to.throw("/proc/dasmos/work cannot be worked in: ENOENT")
      .with.property("code", "WORK_DIRECTORY_UNUSABLE");
  });

  it("ends with its owner, also by SIGKILL", async () => {
    const pid = await lockInChild();
    expect(() => lockWorkDirectory(directory)).to.throw(`in use by process ${pid}`);
    child?.kill("SIGKILL");
    if (child) await once(child, "exit");
    void lockWorkDirectory(directory).dispose();
  });

  it("does not take another process of the same number for the owner", () => {
    writeFileSync(join(directory, "lock"), `${process.pid} 1 other-boot\n`);
    const lock = lockWorkDirectory(directory);
    expect(readFileSync(join(directory, "lock"), "utf8")).to.match(
      new RegExp(`^${process.pid} \\d+ `),
    );
    void lock.dispose();
  });

  it("takes over a lock that was cut short, and a claim that was left", () => {
    writeFileSync(join(directory, "lock"), "");
    writeFileSync(join(directory, "lock.claim"), "1 1 other-boot\n");
    void lockWorkDirectory(directory).dispose();
    expect(readdirSync(directory)).to.deep.equal([]);
  });

  it("lets one of many have a stale lock", async () => {
    writeFileSync(join(directory, "lock"), "1 1 other-boot\n");
    const script = `
      import { lockWorkDirectory } from ${JSON.stringify(module)};
      try { lockWorkDirectory(${JSON.stringify(directory)}); console.log("mine"); }
      catch (error) { console.log(error.code); }
      process.stdin.resume();`;
    const rivals = Array.from({ length: 4 }, () =>
      spawn(process.execPath, ["--input-type=module", "-e", script], {
        stdio: ["pipe", "pipe", "inherit"],
      }),
    );
    const said = await Promise.all(
      rivals.map(async ({ stdout }) => String((await once(stdout, "data"))[0]).trim()),
    );
    for (const rival of rivals) rival.kill("SIGKILL");
    expect(said.toSorted()).to.deep.equal([
      ...Array.from({ length: 3 }, () => "WORK_DIRECTORY_LOCKED"),
      "mine",
    ]);
  });
});
