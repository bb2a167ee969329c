// Runs the compiled tests in a process of their own and tells its parent how they went.
import { readdirSync, readFileSync, statSync } from "node:fs";
import { join, resolve } from "node:path";
import Mocha from "mocha";
import "reflect-metadata";
import { root } from "./setup.mjs";

function testsBelow(path) {
  if (statSync(path).isFile()) return [path];
  return readdirSync(path, { recursive: true, encoding: "utf8" })
    .filter((file) => file.endsWith(".test.js"))
    .map((file) => join(path, file))
    .sort();
}

const { timeout, reporter } = JSON.parse(readFileSync(join(root, ".mocharc.json"), "utf8"));
const args = process.argv.slice(2);
const mocha = new Mocha({ timeout, reporter, forbidOnly: true });
for (const path of args.length > 0 ? args : ["dist"])
  for (const file of testsBelow(resolve(root, path))) mocha.addFile(file);
await mocha.loadFilesAsync();
const runner = mocha.run((failures) => {
  const { passes, pending } = runner.stats;
  process.send?.({ passed: passes, failed: failures, skipped: pending });
  process.exitCode = failures > 0 ? 1 : 0;
  process.disconnect?.();
});
