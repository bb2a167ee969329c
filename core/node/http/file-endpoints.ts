import { basename } from "node:path";
import { sendJson, writeJson } from "./answer.js";
import { type Checked, queryOf } from "./content.js";
import type { Endpoint, Exchange } from "./endpoint.js";
import { v0FileInfo } from "./file-info.js";
import { sendRefusal } from "./refusal.js";
import type { VirtualFiles } from "./virtual-files.js";

/** `/files/browse`, `/files/read`, `/files/download` and `/files/debug`. */
export function fileEndpoints(files: VirtualFiles): readonly Endpoint[] {
  return [
    endpoint("/files/browse", async (exchange) => {
      const entries = await files.browse(pathOf(exchange));
      return "refusal" in entries ? entries : { value: entries.value.map(v0FileInfo) };
    }),
    endpoint("/files/read", (exchange) => read(files, exchange)),
    endpoint("/files/debug", () => ({ value: Object.fromEntries(files.attached()) })),
    {
      path: "/files/download",
      methods: ["GET"],
      realm: "readonly",
      handle: (exchange) => download(files, exchange),
    },
  ];
}

type Answer = Checked<object> | Promise<Checked<object>>;

function endpoint(path: string, answer: (exchange: Exchange) => Answer): Endpoint {
  return {
    path,
    methods: ["GET"],
    realm: "readonly",
    handle: async (exchange) => {
      const result = await answer(exchange);
      if ("refusal" in result) sendRefusal(exchange.reply, result.refusal);
      else await sendJson(exchange, await writeJson(result.value));
    },
  };
}

async function read(files: VirtualFiles, exchange: Exchange): Promise<Checked<object>> {
  const { offset = "-1", length = "-1" } = queryOf(exchange.request);
  for (const [name, value] of Object.entries({ offset, length }))
    if (!/^(?:-1|\d{1,15})$/.test(value))
      return { refusal: { status: 400, message: `${name}: expected a number, got "${value}"` } };
  const part = await files.read(pathOf(exchange), Number(offset), Number(length));
  if ("refusal" in part) return part;
  const { size, data } = part.value;
  if (Number(offset) < 0) return { value: { offset: size, data: "" } };
  return { value: { offset: Number(offset), data: wholeCharacters(data) } };
}

/** The bytes as text; a character that the end cuts in two is left to the next read. */
function wholeCharacters(bytes: Buffer): string {
  let start = bytes.length - 1;
  while (start > bytes.length - 4 && start > 0 && ((bytes[start] ?? 0) & 0xc0) === 0x80) start--;
  const lead = bytes[start] ?? 0;
  const needed = lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : lead >= 0xc0 ? 2 : 1;
  const isCut = start > 0 && start + needed > bytes.length;
  return bytes.toString("utf8", 0, isCut ? start : bytes.length);
}

async function download(files: VirtualFiles, exchange: Exchange): Promise<void> {
  const { reply } = exchange;
  const path = pathOf(exchange);
  const opened = await files.openFile(path);
  if ("refusal" in opened) {
    sendRefusal(reply, opened.refusal);
    return;
  }
  const { handle, stats } = opened.value;
  const name = basename(path).replace(/[^\w.+@~ -]/g, "_");
  reply
    .type("application/octet-stream")
    .header("content-length", stats.size)
    .header("content-disposition", `attachment; filename="${name}"`);
  const end = Math.max(0, stats.size - 1);
  reply.send(stats.size === 0 ? (await handle.close(), "") : handle.createReadStream({ end }));
}

function pathOf({ request }: Exchange): string {
  return queryOf(request)["path"] ?? "";
}
