import { v0Version } from "../../protocol/v0/v0-version.js";
import type { ProcessReads } from "./common-reads.js";
import type { Endpoint } from "./endpoint.js";
import { fileEndpoints } from "./file-endpoints.js";
import { systemStats } from "./system-metrics.js";
import { viewEndpoint } from "./view-endpoints.js";
import { VERSION } from "../version.js";

/** The older endpoints that master and agent have alike. */
export function statusEndpoints(options: ProcessReads): readonly Endpoint[] {
  const { version, flags, metrics, files } = options;
  return [
    { path: "/health", methods: ["GET"], handle: ({ reply }) => void reply.code(200).send() },
    viewEndpoint("/version", () => ({ ...v0Version(version), dasmos_version: VERSION })),
    viewEndpoint("/flags", () => ({ flags }), { realm: "readonly" }),
    viewEndpoint("/metrics/snapshot", metrics, { realm: "readonly" }),
    viewEndpoint("/system/stats.json", systemStats, { realm: "readonly" }),
    ...fileEndpoints(files),
  ];
}
