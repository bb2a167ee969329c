const MAX_ID_LENGTH = 255;

/** What is wrong with an id that also names a directory on the agent; undefined if nothing is. */
export function idProblem(path: string, id: string): string | undefined {
  if (id === "") return `${path}: must not be empty`;
  if (id.length > MAX_ID_LENGTH)
    return `${path}: expected at most ${MAX_ID_LENGTH} characters, got ${id.length}`;
  if (id === "." || id === "..") return `${path}: must not be '${id}'`;
  if (/[/\\\p{Cc}]/u.test(id))
    return `${path}: must not contain '/', '\\' or control characters: ${JSON.stringify(id)}`;
  return undefined;
}
