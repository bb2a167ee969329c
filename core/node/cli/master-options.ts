import { type Command, Option } from "commander";
import type { CliContext } from "./command.js";
import { UsageError } from "./command.js";

/** What every command that talks to a master takes. */
export interface MasterOptions {
  readonly master: string;
  /** For scripts: JSON instead of text to read. */
  readonly json: boolean;
}

/** Adds `--master URL` and `--json`. */
export function addMasterOptions(command: Command, { environment }: CliContext): Command {
  const byDefault = environment["DASMOS_MASTER"] ?? "http://127.0.0.1:5050";
  return command
    .addOption(
      new Option("--master <url>", "the master, http://host:port (env: DASMOS_MASTER)")
        .default(toUrl(byDefault), byDefault)
        .argParser(toUrl),
    )
    .option("--json", "JSON instead of text to read", false);
}

/** `host:port` is as good as a URL. Nothing here speaks TLS yet. */
function toUrl(text: string): string {
  const url = text.includes("://") ? text : `http://${text}`;
  if (!URL.canParse(url) || new URL(url).protocol !== "http:")
    throw new UsageError(`--master: expected http://host:port, got "${text}"`);
  return url;
}
