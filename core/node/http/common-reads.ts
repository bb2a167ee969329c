import type { agent, master, v1 } from "../../protocol/v1.js";
import type { Checked } from "./content.js";
import { toFileInfo } from "./file-info.js";
import type { Read } from "./operator-api.js";
import type { VirtualFiles } from "./virtual-files.js";

/** What a process can say of itself, whichever it is. */
export interface ProcessReads {
  readonly version: string;
  /** By their Mesos names, without secrets. */
  readonly flags: Readonly<Record<string, string>>;
  readonly metrics: () => Readonly<Record<string, number>>;
  readonly files: VirtualFiles;
}
type CommonCall = Pick<master.Call & agent.Call, "list_files" | "read_file">;
/** The answers that are the same message to a master's caller and to an agent's. */
type CommonResponse = Pick<
  master.Response,
  "get_health" | "get_flags" | "get_version" | "get_metrics" | "list_files" | "read_file"
> & {
  readonly type:
    | "GET_HEALTH"
    | "GET_FLAGS"
    | "GET_VERSION"
    | "GET_METRICS"
    | "LIST_FILES"
    | "READ_FILE";
};

/** The calls that master and agent answer alike. */
export function commonReads({
  version,
  flags,
  metrics,
  files,
}: ProcessReads): readonly (readonly [string, Read<CommonCall, CommonResponse>])[] {
  const shared = (response: () => Omit<CommonResponse, "type">, type: CommonResponse["type"]) =>
    [type, { type: "SHARED", answer: () => ({ type, ...response() }) }] as const;
  const toMetric = ([name, value]: [string, number]): v1.Metric => ({ name, value });
  return [
    shared(() => ({ get_health: { healthy: true } }), "GET_HEALTH"),
    shared(() => ({ get_version: { version_info: { version } } }), "GET_VERSION"),
    shared(() => ({ get_flags: { flags: toFlags(flags) } }), "GET_FLAGS"),
    shared(
      () => ({ get_metrics: { metrics: Object.entries(metrics()).map(toMetric) } }),
      "GET_METRICS",
    ),
    ["LIST_FILES", { type: "SINGLE", answer: (call) => listFiles(files, call) }],
    ["READ_FILE", { type: "SINGLE", answer: (call) => readFile(files, call) }],
  ];
}

function toFlags(flags: Readonly<Record<string, string>>): readonly v1.Flag[] {
  return Object.entries(flags).map(([name, value]) => ({ name, value }));
}

async function listFiles(files: VirtualFiles, call: CommonCall): Promise<Checked<CommonResponse>> {
  if (call.list_files === undefined) return missing("list_files");
  const entries = await files.browse(call.list_files.path);
  if ("refusal" in entries) return entries;
  const file_infos = entries.value.map(toFileInfo);
  return { value: { type: "LIST_FILES", list_files: { file_infos } } };
}

async function readFile(files: VirtualFiles, call: CommonCall): Promise<Checked<CommonResponse>> {
  if (call.read_file === undefined) return missing("read_file");
  const { path, offset, length = -1 } = call.read_file;
  const part = await files.read(path, offset, length);
  if ("refusal" in part) return part;
  const { size, data } = part.value;
  return {
    value: { type: "READ_FILE", read_file: { size, data: data.toString("base64") } },
  };
}

function missing(member: string): Checked<never> {
  return { refusal: { status: 400, message: `${member}: required, but not set` } };
}
