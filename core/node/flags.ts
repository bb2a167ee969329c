/** Left out of `/flags`: modules' parameters may hold secrets. */
const HIDDEN: ReadonlySet<string> = new Set(["modules", "modulesDir"]);

/** A configuration as `/flags` shows it: Mesos' spelling, durations with their unit. */
export function toFlags(configuration: object): Readonly<Record<string, string>> {
  const shown = Object.entries(configuration).filter(
    ([name, value]) => value !== undefined && !HIDDEN.has(name),
  );
  return Object.fromEntries(shown.map(([name, value]) => [flagName(name), flagText(name, value)]));
}

function flagName(name: string): string {
  return name.replace(/Ms$/, "").replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}

function flagText(name: string, value: unknown): string {
  if (name.endsWith("Ms") && typeof value === "number")
    return value % 1000 === 0 ? `${value / 1000}secs` : `${value}ms`;
  return typeof value === "string" ? value : JSON.stringify(value, plain);
}

/** Maps and sets as JSON knows them. */
function plain(_key: string, value: unknown): unknown {
  if (value instanceof Map) return Object.fromEntries(value);
  return value instanceof Set ? [...value] : value;
}
