import { chmod, chown, mkdir, rename, symlink } from "node:fs/promises";
import { basename, dirname, join, relative } from "node:path";
import { KernelError } from "../../../core/base/kernel-error.js";
import type { ContainerConfig, ContainerLaunchInfo } from "../../../core/contracts/container.js";
import { resolveUser } from "./users.js";

/** Makes the sandbox, the user's alone, and has `latest` beside the runs of an executor point to it. */
export async function makeSandbox({ directory, user: name }: ContainerConfig): Promise<void> {
  const user = await resolveUser(name);
  const parent = dirname(directory);
  await mkdir(parent, { recursive: true });
  await mkdir(directory, { recursive: true });
  // Whatever the umask of the agent.
  await chmod(directory, 0o750);
  if (user) await chown(directory, user.uid, user.gid);
  if (basename(parent) !== "runs") return;
  const link = `${parent}/.latest-${basename(directory)}`;
  await symlink(directory, link);
  await rename(link, `${parent}/latest`);
}

/** Makes the links that isolators ask for, all of them inside the sandbox. */
export async function makeSymlinks(
  sandbox: string,
  links: NonNullable<ContainerLaunchInfo["symlinks"]>,
): Promise<void> {
  for (const { path, target } of links) {
    const link = join(sandbox, path);
    if (relative(sandbox, link).startsWith("..") || link === sandbox) {
      throw new KernelError("CONTAINER_FAILED", `'${path}' is not inside the sandbox`);
    }
    await mkdir(dirname(link), { recursive: true });
    await symlink(target, link);
  }
}
