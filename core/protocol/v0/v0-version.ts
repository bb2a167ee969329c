/** `/version`. What Mesos says of its build is there and empty; `version` is purely N.N.N, as clients parse it. */
export function v0Version(version: string): object {
  return {
    version: /^\d+\.\d+\.\d+/.exec(version)?.[0] ?? version,
    git_sha: "",
    git_branch: "",
    git_tag: "",
    build_date: "",
    build_time: 0,
    build_user: "",
  };
}
