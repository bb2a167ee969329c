import "reflect-metadata";
import { PosixLauncher } from "../../modules/launchers/posix.js";

/**
 * A process that launches one container and waits to be killed: `<workDir> <runtimeDir> <id> <script> [isolating]`. With
 * the last argument it never gets beyond isolating the container. Says the pid of the container's first process.
 */
const [workDir, runtimeDir, id, script, isolating] = process.argv.slice(2) as [
  string,
  string,
  string,
  string,
  string?,
];
const say = (pid: number): void => void process.stdout.write(`${pid}\n`);
const launcher = new PosixLauncher({ workDir, runtimeDir });
setInterval(() => {}, 60_000);
await launcher.recover([]);
const pid = await launcher.launch(id, {
  command: { path: "/bin/sh", argv: ["/bin/sh", "-c", script] },
  environment: { PATH: "/usr/bin:/bin" },
  workingDirectory: workDir,
  stdout: `${workDir}/${id}.out`,
  stderr: `${workDir}/${id}.err`,
  cgroups: [],
  isolate: async (first) => {
    if (isolating === undefined) return;
    say(first);
    await new Promise(() => {});
  },
});
say(pid);
