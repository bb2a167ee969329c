import { constants } from "node:fs";
import { open } from "node:fs/promises";
import { injectable } from "inversify";
import type { ContainerId } from "../../core/base/ids.js";
import type { ContainerConfig } from "../../core/contracts/container.js";
import type { ContainerLogger } from "../../core/contracts/container-logger.js";
import { defineModule } from "../../core/kernel/module.js";
import { resolveUser, type User } from "../support/posix/users.js";

/** Keeps a container's output in the files `stdout` and `stderr` of its sandbox. */
@injectable()
export class SandboxContainerLogger implements ContainerLogger {
  async prepare(_containerId: ContainerId, config: ContainerConfig) {
    const user = await resolveUser(config.user);
    const stdout = `${config.directory}/stdout`;
    const stderr = `${config.directory}/stderr`;
    await Promise.all([createFile(stdout, user), createFile(stderr, user)]);
    return { stdout, stderr };
  }
}

async function createFile(path: string, user: User | undefined): Promise<void> {
  const { O_APPEND, O_CREAT, O_NOFOLLOW, O_WRONLY } = constants;
  const file = await open(path, O_WRONLY | O_APPEND | O_CREAT | O_NOFOLLOW, 0o644);
  try {
    if (user) await file.chown(user.uid, user.gid);
  } finally {
    await file.close();
  }
}

export default defineModule({
  kind: "container-logger",
  name: "sandbox",
  apiVersion: 1,
  description: "Output goes to the files stdout and stderr of the sandbox",
  implementation: SandboxContainerLogger,
});
