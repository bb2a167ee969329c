import { readFileSync } from "node:fs";

const manifest = JSON.parse(
  readFileSync(new URL("../../../package.json", import.meta.url), "utf8"),
) as { readonly version: string };

/** The version of this package, as agents and masters tell each other. */
export const VERSION = manifest.version;

/**
 * The release of Mesos whose API this is, and what clients are told when they ask for a version: they switch features on
 * and off by comparing it with versions of Mesos.
 */
export const MESOS_VERSION = "1.11.0";
