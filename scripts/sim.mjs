// npm run sim: simulated clusters; the arguments are the simulator's.
import { setup } from "./setup.mjs";

setup();
await import("../dist/integration/simulator/cli.js");
