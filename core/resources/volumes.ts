import type { v1 } from "../protocol/v1.js";
import { reservationStack } from "./reservations.js";
import type { Resources } from "./resources.js";

/** The directory that holds a persistent volume's data. */
export interface VolumeDirectory {
  readonly path: string;
  /** The root of a file system of its own: it is emptied with the volume, and never removed. */
  readonly isMount: boolean;
}

/** Directories that are to be there, and such as are to go with all they hold. */
export interface VolumeChanges {
  readonly create: readonly string[];
  readonly destroy: readonly VolumeDirectory[];
}

/**
 * Where a persistent volume is: `<root>/volumes/roles/<role>/<persistence id>`, the slashes of the role as spaces, where
 * `root` is the work directory or that of a PATH disk; or the whole of a MOUNT disk. Relative roots are below the work
 * directory. Presupposes a valid volume.
 */
export function volumeDirectory(workDir: string, volume: v1.Resource): VolumeDirectory {
  const { source, persistence } = volume.disk ?? {};
  if (source?.type === "MOUNT") return { path: below(workDir, source.mount?.root), isMount: true };
  const role = reservationStack(volume).at(-1)?.role ?? "*";
  const path = [
    below(workDir, source?.path?.root),
    "volumes/roles",
    role.replaceAll("/", " "),
    persistence?.id,
  ].join("/");
  return { path, isMount: false };
}

/** What becomes of directories when resources change: a volume that is only resized keeps its own. */
export function volumeChanges(workDir: string, before: Resources, after: Resources): VolumeChanges {
  const old = directoriesOf(workDir, before);
  const now = directoriesOf(workDir, after);
  return {
    create: [...now.keys()].filter((path) => !old.has(path)),
    destroy: [...old.values()].filter(({ path }) => !now.has(path)),
  };
}

function directoriesOf(workDir: string, resources: Resources): Map<string, VolumeDirectory> {
  const volumes = resources.persistentVolumes().toWire();
  return new Map(
    volumes.map((volume) => {
      const directory = volumeDirectory(workDir, volume);
      return [directory.path, directory];
    }),
  );
}

function below(workDir: string, root: string | undefined): string {
  if (root === undefined) return workDir;
  return root.startsWith("/") ? root : `${workDir}/${root}`;
}
