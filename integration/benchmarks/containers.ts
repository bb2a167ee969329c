import { spawn } from "node:child_process";
import { once } from "node:events";
import { monitorEventLoopDelay } from "node:perf_hooks";
import { silentLogger } from "../../core/base/logger.js";
import { SystemClock } from "../../core/node/system-clock.js";
import { SandboxContainerLogger } from "../../modules/container-loggers/sandbox.js";
import { PosixContainerizer } from "../../modules/containerizers/posix.js";
import { PosixFilesystemIsolator } from "../../modules/isolators/filesystem/posix.js";
import { PosixCpuIsolator } from "../../modules/isolators/posix/cpu.js";
import { PosixMemIsolator } from "../../modules/isolators/posix/mem.js";
import { PosixLauncher } from "../../modules/launchers/posix.js";
import {
  containerConfig,
  makeDirectories,
  newContainerId,
  removeDirectories,
} from "../contracts/containers.js";
import type { Benchmark, Figures } from "./benchmark.js";

const SIZES = [100, 1000];
const PLAIN = 200;

/** How long a step takes, and for how long at most it kept the event loop. */
async function timed(step: () => Promise<unknown>): Promise<{ ms: number; stallMs: number }> {
  const delay = monitorEventLoopDelay({ resolution: 1 });
  delay.enable();
  const startMs = performance.now();
  await step();
  delay.disable();
  return { ms: performance.now() - startMs, stallMs: delay.max / 1e6 };
}

async function measure(size: number): Promise<Figures> {
  // Nothing that containers are waited for with keeps a process alive: an agent lives without them.
  const alive = setInterval(() => {}, 60_000);
  const directories = await makeDirectories();
  const launcher = new PosixLauncher(directories);
  const isolators = [new PosixFilesystemIsolator(), new PosixCpuIsolator(), new PosixMemIsolator()];
  const logger = new SandboxContainerLogger();
  const clock = new SystemClock();
  const containerizer = new PosixContainerizer(isolators, launcher, logger, silentLogger, clock);
  await containerizer.recover([]);
  const ids = Array.from({ length: size }, newContainerId);
  const { workDir } = directories;
  const all = (step: (id: string) => Promise<unknown>) => timed(() => Promise.all(ids.map(step)));
  const launch = await all((id) =>
    containerizer.launch(id, containerConfig(workDir, id, "sleep 1000")),
  );
  const usage = await all((id) => containerizer.usage(id));
  const destroy = await all((id) => containerizer.destroy(id));
  await launcher.dispose();
  await removeDirectories(directories);
  clearInterval(alive);
  return {
    launchMs: launch.ms,
    launchStallMs: launch.stallMs,
    usageMs: usage.ms,
    destroyMs: destroy.ms,
    destroyStallMs: destroy.stallMs,
  };
}

/** A process, from its start to its end, and nothing around it; the same number as the larger case has containers. */
async function plain(): Promise<number> {
  const startMs = performance.now();
  const ends: Promise<unknown>[] = [];
  for (let i = 0; i < PLAIN; i++) {
    ends.push(once(spawn("/bin/sh", ["-c", ":"], { stdio: "ignore" }), "exit"));
  }
  await Promise.all(ends);
  return ((performance.now() - startMs) * Math.max(...SIZES)) / PLAIN;
}

/** How long an agent takes to launch many containers at a time, to look at them, and to destroy them. */
export const containers: Benchmark = {
  name: "containers",
  title: "Containers: launched, looked at and destroyed all at a time on one agent",
  mainFigure: "launchMs",
  baseline: { name: "1,000 plain processes, in milliseconds", measure: plain },
  rounds: 3,
  cases: () =>
    SIZES.map((size) => ({
      name: `${size} of the posix containerizer`,
      series: "posix",
      size,
      run: () => measure(size),
    })),
};
