// npm run bench: the benchmarks; the arguments are theirs.
import { setup } from "./setup.mjs";

setup();
await import("../dist/integration/benchmarks/main.js");
