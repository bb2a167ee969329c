import type { ContainerVolume } from "../contracts/container.js";
import type { v1 } from "../protocol/v1.js";
import { volumeDirectory } from "../resources/volumes.js";

/** The persistent volumes among what a container holds: each place that one is wanted at once. */
export function containerVolumes(
  workDir: string,
  held: readonly v1.Resource[],
): readonly ContainerVolume[] {
  const volumes = new Map<string, ContainerVolume>();
  for (const resource of held) {
    const { persistence, volume } = resource.disk ?? {};
    if (persistence === undefined || volume === undefined) continue;
    const { container_path: containerPath, mode } = volume;
    const { path: hostPath } = volumeDirectory(workDir, resource);
    const readOnly = mode === "RO";
    volumes.set(`${containerPath}\n${hostPath}`, { containerPath, hostPath, readOnly });
  }
  return [...volumes.values()];
}

/** Whether all of `wanted` are among `volumes`. */
export function includesVolumes(
  volumes: readonly ContainerVolume[],
  wanted: readonly ContainerVolume[],
): boolean {
  return wanted.every((one) => volumes.some((other) => isSame(one, other)));
}

function isSame(one: ContainerVolume, other: ContainerVolume): boolean {
  return (
    one.containerPath === other.containerPath &&
    one.hostPath === other.hostPath &&
    one.readOnly === other.readOnly
  );
}
