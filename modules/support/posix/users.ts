import { execFile } from "node:child_process";
import { readFile } from "node:fs/promises";
import { promisify } from "node:util";
import { KernelError } from "../../../core/base/kernel-error.js";

export interface User {
  readonly uid: number;
  readonly gid: number;
}

/**
 * The user a container is to run as; undefined where that is the agent's own.
 * @throws KernelError CONTAINER_FAILED where there is no such user, or the agent may not become it.
 */
export async function resolveUser(name: string | undefined): Promise<User | undefined> {
  if (name === undefined) return undefined;
  const user = (await findInPasswd(name)) ?? (await findWithId(name));
  if (user === undefined) throw new KernelError("CONTAINER_FAILED", `unknown user '${name}'`);
  const ownUid = process.geteuid?.();
  if (user.uid === ownUid) return undefined;
  if (ownUid !== 0) {
    const message = `cannot run as user '${name}': the agent runs as uid ${ownUid}, not as root`;
    throw new KernelError("CONTAINER_FAILED", message);
  }
  return user;
}

async function findInPasswd(name: string): Promise<User | undefined> {
  const lines = (await readFile("/etc/passwd", "utf8")).split("\n");
  const line = lines.find((one) => one.startsWith(`${name}:`));
  const [, , uid, gid] = line?.split(":") ?? [];
  return uid && gid ? { uid: Number(uid), gid: Number(gid) } : undefined;
}

/** Users that are kept elsewhere, such as in LDAP, are known to the C library only. */
async function findWithId(name: string): Promise<User | undefined> {
  const ask = async (option: string): Promise<number> => {
    const { stdout } = await promisify(execFile)("id", [option, "--", name]);
    return Number(stdout);
  };
  return Promise.all([ask("-u"), ask("-g")]).then(
    ([uid, gid]) => ({ uid, gid }),
    () => undefined,
  );
}
