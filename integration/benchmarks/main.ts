import { fork } from "node:child_process";
import { once } from "node:events";
import { cpus, totalmem } from "node:os";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import type { Benchmark, BenchmarkOptions } from "./benchmark.js";
import type { CaseOrder, CaseReport } from "./case-process.js";
import { registry } from "./registry.js";
import { type CaseResult, toResults } from "./result.js";
import { formatTable } from "./table.js";

const CASE_PROCESS = fileURLToPath(new URL("./case-process.js", import.meta.url));
const USAGE = `npm run bench -- [--list] [--json] [--quick] [--rounds N] [--agents N,N…] [--case TEXT] [name…]`;

const { values: flags, positionals: names } = parseArgs({
  allowPositionals: true,
  options: {
    list: { type: "boolean", default: false },
    json: { type: "boolean", default: false },
    quick: { type: "boolean", default: false },
    help: { type: "boolean", default: false },
    rounds: { type: "string" },
    agents: { type: "string" },
    case: { type: "string" },
  },
});

/** One process for each case: no case inherits another's heap, and the peak of its memory is its own. */
async function runCase(order: CaseOrder): Promise<CaseReport> {
  const child = fork(CASE_PROCESS, [], { execArgv: ["--expose-gc"] });
  child.send(order);
  const report = await Promise.race([
    once(child, "message").then(([message]) => message as CaseReport),
    once(child, "exit").then(([code]) => Promise.reject(new Error(`a case ended with ${code}`))),
  ]);
  return report;
}

async function runBenchmark(
  benchmark: Benchmark,
  options: BenchmarkOptions,
): Promise<readonly CaseResult[]> {
  const rounds = Number(flags.rounds ?? (flags.quick ? 1 : benchmark.rounds));
  const all = benchmark.cases(options);
  const chosen = all.filter(({ name }) => name.includes(flags.case ?? ""));
  const reports: CaseReport[] = [];
  for (const one of chosen) {
    console.error(`${benchmark.name}: ${one.name}`);
    const index = all.indexOf(one);
    reports.push(await runCase({ benchmark: benchmark.name, index, rounds, options }));
  }
  return toResults(benchmark, chosen, reports);
}

function machine(): Readonly<Record<string, string | number>> {
  const [cpu] = cpus();
  return {
    cpus: cpus().length,
    cpu: cpu?.model ?? "",
    memoryGib: Math.round(totalmem() / 2 ** 30),
    node: process.version,
  };
}

/** By its name, or by a number that its title begins with: `B6: …`, `B12, B13: …`. */
function find(name: string): Benchmark {
  const wanted = name.toLowerCase();
  const found = registry.find(
    (one) =>
      one.name.toLowerCase() === wanted ||
      one.title.split(":", 1)[0]?.toLowerCase().split(", ").includes(wanted),
  );
  if (found !== undefined) return found;
  throw new Error(`no benchmark ${name}: there are ${registry.map((one) => one.name).join(", ")}`);
}

async function main(): Promise<void> {
  if (flags.help) return console.log(USAGE);
  if (flags.list) return registry.forEach(({ name, title }) => console.log(`${name}\t${title}`));
  const options = { agents: flags.agents?.split(",").map(Number), isQuick: flags.quick };
  const results: CaseResult[] = [];
  if (!flags.json) console.log(Object.values(machine()).join(", "));
  for (const benchmark of names.length === 0 ? registry : names.map(find)) {
    const own = await runBenchmark(benchmark, options);
    results.push(...own);
    if (!flags.json) console.log(`\n${benchmark.title}\n\n${formatTable(benchmark, own)}`);
  }
  if (flags.json) console.log(JSON.stringify({ machine: machine(), results }, undefined, 2));
}

await main().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
});
