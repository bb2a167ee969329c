import type { v1 } from "../../protocol/v1.js";

/** What is wrong with a command; undefined if nothing is. */
export function commandProblem(path: string, command: v1.CommandInfo): string | undefined {
  if (command.shell !== false && command.value === undefined)
    return `${path}.value: required for a shell command, but not set`;
  if (command.shell === false && command.value === undefined)
    return `${path}.value: required, but not set`;
  if (command.shell === false && command.value === "")
    return `${path}.value: expected the name of a file, but it is empty`;
  if (command.value?.includes("\0")) return `${path}.value: must not contain a NUL character`;
  for (const [i, argument] of (command.arguments ?? []).entries())
    if (argument.includes("\0")) return `${path}.arguments[${i}]: must not contain a NUL character`;
  for (const variable of command.environment?.variables ?? []) {
    const problem = variableProblem(variable);
    if (problem !== undefined)
      return `${path}.environment.variables["${variable.name}"]: ${problem}`;
  }
  return undefined;
}

function variableProblem(variable: v1.Environment.Variable): string | undefined {
  if (variable.name === "" || /[=\0]/.test(variable.name))
    return "expected a name without '=' and NUL";
  if (variable.type === "SECRET") {
    if (variable.secret === undefined) return "a variable of type SECRET needs a secret";
    return variable.value === undefined ? undefined : "a variable of type SECRET has no value";
  }
  if (variable.secret !== undefined) return "a variable of type VALUE has no secret";
  if (variable.value === undefined) return "a variable of type VALUE needs a value";
  return variable.value.includes("\0") ? "must not contain a NUL character" : undefined;
}
