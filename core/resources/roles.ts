import { MAX_FILE_NAME_BYTES, utf8Length } from "../base/utf8-length.js";

/** What is wrong with a role's name; undefined: nothing. `*` is a valid name, of the role that reserves nothing. */
export function invalidRole(role: string): string | undefined {
  if (role === "*") return undefined;
  if (role === "") return "a role name must not be empty";
  if (/[\s\p{Cc}]/u.test(role))
    return `role ${JSON.stringify(role)} must not contain whitespace or control characters`;
  if (utf8Length(role) > MAX_FILE_NAME_BYTES)
    return `a role name must have at most ${MAX_FILE_NAME_BYTES} bytes, since it names a directory`;
  for (const component of role.split("/")) {
    if (component === "") return `role "${role}" must not have an empty component`;
    if (component === "." || component === "..")
      return `role "${role}" must not have a component "${component}"`;
    if (component === "*") return `role "${role}" must not have a component "*"`;
    if (component.startsWith("-"))
      return `role "${role}" must not have a component starting with "-"`;
  }
  return undefined;
}

/** Whether `ancestor` is strictly above `role` in the tree: `a` is above `a/b`, not above `ab`. */
export function isAncestorRole(ancestor: string, role: string): boolean {
  return (
    role.length > ancestor.length && role[ancestor.length] === "/" && role.startsWith(ancestor)
  );
}

/** Whether resources reserved for `reserved` may be offered to `role`. */
export function isRoleOrAncestor(reserved: string, role: string): boolean {
  return reserved === role || isAncestorRole(reserved, role);
}

/** The role's ancestors from the nearest up: `a/b/c` has `a/b` and `a`. */
export function ancestorRoles(role: string): readonly string[] {
  const ancestors: string[] = [];
  for (let end = role.lastIndexOf("/"); end > 0; end = role.lastIndexOf("/", end - 1)) {
    ancestors.push(role.slice(0, end));
  }
  return ancestors;
}

/** The first component: quota is set there. */
export function topLevelRole(role: string): string {
  const end = role.indexOf("/");
  return end < 0 ? role : role.slice(0, end);
}
