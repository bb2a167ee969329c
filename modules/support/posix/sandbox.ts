import {
  chmod,
  chown,
  lstat,
  mkdir,
  readlink,
  rename,
  stat,
  symlink,
  unlink,
} from "node:fs/promises";
import { basename, dirname, isAbsolute, join, relative } from "node:path";
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

type Symlink = NonNullable<ContainerLaunchInfo["symlinks"]>[number];

/** Makes the links that isolators ask for, all of them inside the sandbox. One that is there already is left alone. */
export async function makeSymlinks(sandbox: string, links: readonly Symlink[]): Promise<void> {
  for (const link of links) await makeSymlink(sandbox, link);
}

/** Removes a link again; what has come in its place is not touched. */
export async function removeSymlink(sandbox: string, { path, target }: Symlink): Promise<void> {
  const link = join(sandbox, path);
  if ((await readlink(link).catch(() => undefined)) === target) await unlink(link);
}

async function makeSymlink(sandbox: string, { path, target }: Symlink): Promise<void> {
  const names = path.split("/").filter((name) => name !== "" && name !== ".");
  const last = names.pop();
  if (isAbsolute(path) || last === undefined || [...names, last].includes("..")) {
    throw new KernelError("CONTAINER_FAILED", `'${path}' is not inside the sandbox`);
  }
  const link = join(await makeParents(sandbox, names), last);
  try {
    await symlink(target, link);
  } catch (cause) {
    if (!alreadyExists(cause)) throw cause;
    if ((await readlink(link).catch(() => undefined)) === target) return;
    const message = `'${path}' cannot be linked to '${target}': it exists in the sandbox`;
    throw new KernelError("CONTAINER_FAILED", message, { cause });
  }
}

/** One by one, and through no link: what runs in the sandbox may have led the path astray. They belong to its owner. */
async function makeParents(sandbox: string, names: readonly string[]): Promise<string> {
  const { uid, gid } = await stat(sandbox);
  let directory = sandbox;
  for (const name of names) {
    directory = join(directory, name);
    try {
      await mkdir(directory);
      if (uid !== process.geteuid?.()) await chown(directory, uid, gid);
    } catch (cause) {
      if (!alreadyExists(cause)) throw cause;
      if ((await lstat(directory)).isDirectory()) continue;
      const message = `'${relative(sandbox, directory)}' in the sandbox is no directory`;
      throw new KernelError("CONTAINER_FAILED", message, { cause });
    }
  }
  return directory;
}

function alreadyExists(cause: unknown): boolean {
  return (cause as NodeJS.ErrnoException).code === "EEXIST";
}
