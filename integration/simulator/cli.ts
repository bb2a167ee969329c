import { parseArgs } from "node:util";
import { messageOf } from "../../core/base/kernel-error.js";
import { runSeed } from "./run-seed.js";
import { SimulationError } from "./simulation-error.js";
import type { SwarmLimits } from "./swarm.js";

const USAGE = `npm run sim -- [options]
  --seed N      replay one seed; shows the end of its transcript if it fails
  --seeds N     explore N seeds (default 100)
  --from N      the first of them (default: chance)
  --agents N    how many agents each cluster has (default: drawn from the seed)
  --no-agent-crashes  let no agent's process or machine end
  --lines N     how many lines of the transcript to show (default 200)`;

const { values } = parseArgs({
  options: {
    seed: { type: "string" },
    seeds: { type: "string", default: "100" },
    from: { type: "string" },
    agents: { type: "string" },
    "no-agent-crashes": { type: "boolean", default: false },
    lines: { type: "string", default: "200" },
    help: { type: "boolean", default: false },
  },
});
const limits: SwarmLimits = {
  ...(values.agents !== undefined && { agents: Number(values.agents) }),
  agentCrashes: !values["no-agent-crashes"],
};
const lines = Number(values.lines);

if (values.help) console.log(USAGE);
else if (values.seed !== undefined) process.exitCode = replay(Number(values.seed)) ? 0 : 1;
else {
  const from = Number(values.from ?? Math.floor(Math.random() * 1e9));
  process.exitCode = explore(from, Number(values.seeds)) ? 0 : 1;
}

/** Runs one seed with its transcript. @returns whether all held. */
function replay(seed: number): boolean {
  const startMs = performance.now();
  try {
    const { traceHash, steps, virtualMs } = runSeed(seed, { ...limits, transcriptLines: lines });
    const ms = performance.now() - startMs;
    console.log(
      `seed ${seed} holds: trace ${traceHash}, ${steps} steps, ${virtualMs / 1000} s in ${ms.toFixed(0)} ms`,
    );
    return true;
  } catch (error) {
    if (error instanceof SimulationError) console.error(error.transcript.join("\n"));
    const cause = error instanceof SimulationError ? error.cause : error;
    console.error(cause instanceof Error ? cause.stack : cause);
    console.error(messageOf(error));
    return false;
  }
}

function explore(from: number, count: number): boolean {
  const startMs = performance.now();
  const failures: string[] = [];
  let virtualMs = 0;
  let steps = 0;
  for (let seed = from; seed < from + count; seed++) {
    try {
      const result = runSeed(seed, limits);
      virtualMs += result.virtualMs;
      steps += result.steps;
    } catch (error) {
      failures.push(`${messageOf(error)}\n  ${commandFor(seed)}`);
      console.error(failures.at(-1));
    }
    if (process.stdout.isTTY)
      process.stdout.write(`\r${seed - from + 1}/${count} seeds, ${failures.length} failed `);
  }
  const seconds = (performance.now() - startMs) / 1000;
  console.log(
    `${count} seeds from ${from}: ${failures.length} failed, ${(count / seconds).toFixed(1)} seeds/s, ` +
      `${steps} steps, ${(virtualMs / 1000 / seconds).toFixed(0)} times as fast as real time`,
  );
  return failures.length === 0;
}

function commandFor(seed: number): string {
  const agents = values.agents === undefined ? "" : ` --agents ${values.agents}`;
  const crashes = values["no-agent-crashes"] ? " --no-agent-crashes" : "";
  return `npm run sim -- --seed ${seed}${agents}${crashes}`;
}
