#!/usr/bin/env node
import { existsSync } from "node:fs";

const main = new URL("../dist/core/node/cli/main.js", import.meta.url);
const setup = new URL("../scripts/setup.mjs", import.meta.url);

// A checkout builds itself; an installed package always has what was built.
if (existsSync(setup)) {
  const { ensureBuilt } = await import(setup.href);
  try {
    ensureBuilt();
  } catch (error) {
    console.error(error.message);
    process.exit(1);
  }
}
const { main: run } = await import(main.href);
process.exitCode = await run(process.argv.slice(2));
