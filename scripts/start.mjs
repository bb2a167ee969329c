// npm start: a local cluster in this process, so that Ctrl-C reaches all of it and nothing stays behind.
import { setup } from "./setup.mjs";

setup();
const { main } = await import("../dist/core/node/cli/main.js");
process.exitCode = await main(["local", ...process.argv.slice(2)]);
