// What has to be there before anything runs: the dependencies of the lock file, and a build of the sources as they are.
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

export const root = fileURLToPath(new URL("..", import.meta.url));
const SOURCES = ["core", "modules", "plugins", "integration"];
const STAMP = join(root, "dist", "build-stamp.json");
const GENERATED = join(root, "core", "protocol", "generated");

/** Runs a tool of this package and shows what it writes on standard error, so that standard output stays the caller's. */
export function run(command, args) {
  const { status, error } = spawnSync(command, args, { cwd: root, stdio: ["ignore", 2, 2] });
  if (error) throw error;
  return status === 0;
}

export function bin(name) {
  return join(root, "node_modules", ".bin", name);
}

function readJson(file) {
  try {
    return JSON.parse(readFileSync(file, "utf8"));
  } catch {
    return undefined;
  }
}

/** Whether what npm has installed is what the lock file asks for; a package of another platform may be missing. */
function isInstalled() {
  const wanted = readJson(join(root, "package-lock.json"))?.packages ?? {};
  const found = readJson(join(root, "node_modules", ".package-lock.json"))?.packages;
  if (found === undefined) return false;
  return Object.entries(wanted).every(
    ([path, { version, optional }]) =>
      path === "" || found[path]?.version === version || (optional && found[path] === undefined),
  );
}

export function ensureInstalled() {
  if (isInstalled()) return;
  console.error("installing dependencies (npm ci)");
  if (!run("npm", ["ci"])) throw new Error("npm ci failed");
}

function filesBelow(folder) {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return entry.name === "node_modules" ? [] : filesBelow(path);
    return [path];
  });
}

/** Changes with any source that is added, changed or removed. */
function fingerprint(files) {
  const hash = createHash("sha1");
  for (const file of files.sort()) {
    const { mtimeMs, size } = statSync(file);
    hash.update(`${file} ${mtimeMs} ${size}\n`);
  }
  return hash.digest("hex");
}

function currentStamp() {
  const all = SOURCES.flatMap((folder) => filesBelow(join(root, folder))).filter(
    (file) => !file.startsWith(GENERATED),
  );
  const protocol = all.filter((file) => file.endsWith(".proto"));
  const settings = readdirSync(root)
    .filter((name) => /^(tsconfig.*|package-lock)\.json$/.test(name))
    .map((name) => join(root, name));
  return {
    protocol: fingerprint([...protocol, join(root, "scripts", "generate-protocol.mjs")]),
    sources: fingerprint([...all.filter((file) => /\.(ts|json)$/.test(file)), ...settings]),
  };
}

/** Removes the output of sources that are gone: a removed test must not go on running. */
export function purgeOrphans() {
  const dist = join(root, "dist");
  if (!existsSync(dist)) return;
  for (const file of filesBelow(dist)) {
    const source = file.match(/^(.*?)(?:\.js|\.d\.ts)(?:\.map)?$/)?.[1];
    if (source === undefined) continue;
    if (!existsSync(`${join(root, source.slice(dist.length + 1))}.ts`)) rmSync(file);
  }
}

function isAlive(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error.code === "EPERM";
  }
}

/** Several commands may be started at once in a fresh checkout: one of them builds, the others wait for it. */
function oneAtATime(build) {
  mkdirSync(join(root, "dist"), { recursive: true });
  const lock = join(root, "dist", "build.lock");
  for (;;) {
    try {
      writeFileSync(lock, String(process.pid), { flag: "wx" });
      break;
    } catch (error) {
      if (error.code !== "EEXIST") throw error;
      const owner = readJson(lock);
      if (owner !== undefined && !isAlive(owner)) rmSync(lock, { force: true });
      else Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 100);
    }
  }
  try {
    build();
  } finally {
    rmSync(lock, { force: true });
  }
}

function build({ force }) {
  const before = readJson(STAMP);
  const now = currentStamp();
  const generate = force || before?.protocol !== now.protocol || !existsSync(GENERATED);
  if (!generate && before?.sources === now.sources) return;
  console.error("building dasmos");
  if (generate && !run(process.execPath, [join(root, "scripts", "generate-protocol.mjs")]))
    throw new Error("the protocol's types could not be generated");
  purgeOrphans();
  if (!run(bin("tsc"), ["-b"])) throw new Error("the sources do not compile");
  writeFileSync(STAMP, JSON.stringify(now));
}

/** Generates, compiles and purges whatever has changed since the last build. Throws where it does not compile. */
export function ensureBuilt({ force = false } = {}) {
  if (
    !force &&
    existsSync(GENERATED) &&
    JSON.stringify(readJson(STAMP)) === JSON.stringify(currentStamp())
  )
    return;
  oneAtATime(() => build({ force }));
}

/** Both, or a message and exit code 1. */
export function setup(options) {
  try {
    ensureInstalled();
    ensureBuilt(options);
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    process.exit(1);
  }
}
