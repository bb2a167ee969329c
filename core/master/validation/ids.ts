import { MAX_FILE_NAME_BYTES, utf8Length } from "../../base/utf8-length.js";

/** What is wrong with an id that also names a directory on the agent; undefined if nothing is. */
export function idProblem(path: string, id: string): string | undefined {
  if (id === "") return `${path}: must not be empty`;
  const length = utf8Length(id);
  if (length > MAX_FILE_NAME_BYTES)
    return `${path}: expected at most ${MAX_FILE_NAME_BYTES} bytes, got ${length}`;
  if (id === "." || id === "..") return `${path}: must not be '${id}'`;
  if (/[/\\\p{Cc}]/u.test(id))
    return `${path}: must not contain '/', '\\' or control characters: ${JSON.stringify(id)}`;
  return undefined;
}
