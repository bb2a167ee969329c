// npm test: builds, checks format and lint, runs every test. `npm test -- dist/core/base` runs those below a folder.
import { fork } from "node:child_process";
import { join } from "node:path";
import { bin, root, run, setup } from "./setup.mjs";

/** How long the test process may live on after its last test: what keeps it alive is a leak. */
const EXIT_GRACE_MS = 15_000;
const isCi = process.env.CI === "true";

function runTests(folders) {
  return new Promise((resolve) => {
    const child = fork(join(root, "scripts", "run-mocha.mjs"), folders, {
      cwd: root,
      execArgv: ["--enable-source-maps"],
    });
    let summary = { passed: 0, failed: 1, skipped: 0 };
    let timer;
    child.on("message", (message) => {
      summary = message;
      timer = setTimeout(() => {
        console.log("the tests have ended, but something they opened keeps their process alive");
        summary = { ...summary, failed: summary.failed + 1 };
        child.kill("SIGKILL");
      }, EXIT_GRACE_MS);
    });
    child.on("exit", (code) => {
      clearTimeout(timer);
      const crashed = code !== 0 && summary.failed === 0;
      resolve(crashed ? { ...summary, failed: 1 } : summary);
    });
  });
}

setup();
const checks = [
  ["format", run(bin("biome"), ["format", "."])],
  [
    "lint",
    run(bin("oxlint"), ["--type-aware", "--quiet", "core", "modules", "plugins", "integration"]),
  ],
];
const failedChecks = checks.filter(([, ok]) => !ok).map(([name]) => name);
const { passed, failed, skipped } = await runTests(process.argv.slice(2));
for (const name of failedChecks) console.log(`the ${name} check failed: see above`);
const failures = failed + failedChecks.length + (isCi ? skipped : 0);
if (isCi && skipped > 0) console.log("nothing may be skipped here: a skip counts as a failure");
console.log(`${passed} passed, ${failures} failed, ${skipped} skipped`);
process.exitCode = failures > 0 ? 1 : 0;
