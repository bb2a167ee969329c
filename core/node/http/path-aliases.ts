/** Which process a server belongs to: its endpoints also answer under that process's libprocess id. */
export type ServerRole = "master" | "agent";

const PREFIXES: Readonly<Record<ServerRole, RegExp>> = {
  master: /^\/master(?=\/|$)/,
  agent: /^\/slave(?:\(1\)|%281%29)(?=\/|$)/i,
};
const ALIASES: ReadonlyMap<string, string> = new Map([
  ["/api/v1/operator", "/api/v1"],
  ["/stateSummary", "/state-summary"],
]);

/**
 * The one path an endpoint is registered under, of all those that clients of Mesos use for it: `/x`, `/x.json`,
 * `/master/x` or `/slave(1)/x`, each with or without a slash at its end. The query is left as it is.
 */
export function canonicalUrl(role: ServerRole, url: string): string {
  const queryAt = url.indexOf("?");
  const query = queryAt < 0 ? "" : url.slice(queryAt);
  const given = queryAt < 0 ? url : url.slice(0, queryAt);
  const path = withoutEnd(given.replace(PREFIXES[role], ""), "/");
  const bare = path.startsWith("/system/") ? path : withoutEnd(path, ".json");
  return (ALIASES.get(bare) ?? (bare === "" ? "/" : bare)) + query;
}

function withoutEnd(text: string, end: string): string {
  return text.endsWith(end) ? text.slice(0, -end.length) : text;
}
