// Reads core/protocol/mesos/**/*.proto and writes core/protocol/generated: one module of types per
// package, and schema.ts, the table of fields that both codecs and the validation walk.
import { mkdirSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import protobuf from "protobufjs";

const source = fileURLToPath(new URL("../core/protocol", import.meta.url));
const target = join(source, "generated");
const HEAD =
  "// Generated from core/protocol/mesos by scripts/generate-protocol.mjs. Do not edit.\n";
const SCALARS = { string: "string", bytes: "Base64", bool: "boolean" };

const isType = (node) => node instanceof protobuf.Type;
const isEnum = (node) => node instanceof protobuf.Enum;

function loadSchema() {
  const root = new protobuf.Root();
  root.resolvePath = (_, file) => (file.startsWith("google/") ? file : join(source, file));
  const files = readdirSync(join(source, "mesos"), { recursive: true })
    .filter((file) => file.endsWith(".proto"))
    .sort()
    .map((file) => `mesos/${file}`);
  root.loadSync(files, { keepCase: true, alternateCommentMode: true });
  root.resolveAll();
  return root;
}

function packageOf(type) {
  let node = type;
  while (isType(node) || isEnum(node)) node = node.parent;
  return node;
}
const moduleName = (space) =>
  space.fullName
    .slice(1)
    .replace(/^mesos\.v1\.?/, "")
    .replace(/\W/g, "_") || "mesos";
const localName = (type) => type.fullName.slice(packageOf(type).fullName.length + 1);

/** The packages that hold messages or enums, each with those at its top level. */
function collectPackages(space, packages = new Map()) {
  for (const child of space.nestedArray) {
    if (isType(child) || isEnum(child)) {
      if (!packages.has(space)) packages.set(space, []);
      packages.get(space).push(child);
    } else if (child.nestedArray) collectPackages(child, packages);
  }
  return packages;
}

function typeOf(field, imports, here) {
  const to = field.resolvedType;
  if (!to) return SCALARS[field.type] ?? "number";
  const home = packageOf(to);
  if (home === here) return localName(to);
  imports.add(home);
  return `${moduleName(home)}.${localName(to)}`;
}

function comment(text, indent) {
  if (!text) return "";
  return `${indent}/** ${text.replaceAll("*/", "* /").replaceAll("\n", `\n${indent} * `)} */\n`;
}

function emitType(type, indent, imports, here) {
  const head = comment(type.comment, indent);
  if (isEnum(type)) {
    const names = Object.keys(type.values).map((value) => `"${value}"`);
    return `${head}${indent}export type ${type.name} = ${names.join(" | ")};\n`;
  }
  const fields = type.fieldsArray.map((field) => {
    const one = typeOf(field, imports, here);
    const full = field.map
      ? `Readonly<Record<string, ${one}>>`
      : field.repeated
        ? `readonly ${one}[]`
        : one;
    const optional = field.required ? "" : "?";
    return `${comment(field.comment, `${indent}  `)}${indent}  readonly ${field.name}${optional}: ${full};\n`;
  });
  let text = `${head}${indent}export interface ${type.name} {\n${fields.join("")}${indent}}\n`;
  const nested = type.nestedArray.filter((child) => isType(child) || isEnum(child));
  if (nested.length > 0) {
    const inner = nested.map((child) => emitType(child, `${indent}  `, imports, here));
    text += `${indent}export namespace ${type.name} {\n${inner.join("")}${indent}}\n`;
  }
  return text;
}

/** One field as the run time reads it: number, rule, type, name and, where it has one, its default. */
function fieldLine(field) {
  const rule = field.map
    ? "map"
    : field.repeated
      ? "repeated"
      : field.required
        ? "required"
        : "optional";
  const type = field.resolvedType ? field.resolvedType.fullName.slice(1) : field.type;
  const value = field.options?.default;
  const byDefault = value !== undefined && !field.options.deprecated;
  return `${field.id} ${rule} ${type} ${field.name}${byDefault ? ` ${JSON.stringify(value)}` : ""}`;
}

function writeTypes(packages) {
  for (const [space, types] of packages) {
    const imports = new Set();
    const body = types.map((type) => emitType(type, "", imports, space)).join("\n");
    const lines = [...imports].map(
      (other) => `import type * as ${moduleName(other)} from "./${moduleName(other)}.js";\n`,
    );
    if (/\bBase64\b/.test(body)) lines.push('import type { Base64 } from "../base64.js";\n');
    writeFileSync(join(target, `${moduleName(space)}.ts`), `${HEAD}${lines.join("")}\n${body}`);
  }
}

function writeTable(root, packages) {
  const messages = [];
  const enums = [];
  const oneofs = [];
  const names = [];
  const visit = (type) => {
    const name = JSON.stringify(type.fullName.slice(1));
    if (isEnum(type)) enums.push(`  ${name}: ${JSON.stringify(type.values)},`);
    if (isType(type)) {
      messages.push(`  ${name}: ${JSON.stringify(type.fieldsArray.map(fieldLine))},`);
      names.push(`  ${name}: ${moduleName(packageOf(type))}.${localName(type)};`);
      const groups = type.oneofsArray.map((group) => group.fieldsArray.map((field) => field.name));
      if (groups.length > 0) oneofs.push(`  ${name}: ${JSON.stringify(groups)},`);
    }
    for (const child of type.nestedArray ?? []) visit(child);
  };
  visit(root);
  const imports = [...packages.keys()].map(
    (space) => `import type * as ${moduleName(space)} from "./${moduleName(space)}.js";`,
  );
  writeFileSync(
    join(target, "schema.ts"),
    `${HEAD}${imports.join("\n")}

/** Every message by its full name. */
export interface Messages {
${names.join("\n")}
}
/** Every message's fields, each as number, rule, type, name and default. */
export const messages: Readonly<Record<string, readonly string[]>> = {
${messages.join("\n")}
};
/** Every enum's numbers by name. */
export const enums: Readonly<Record<string, Readonly<Record<string, number>>>> = {
${enums.join("\n")}
};
/** The groups of fields of which at most one is set, of the few messages that have any. */
export const oneofs: Readonly<Record<string, readonly (readonly string[])[]>> = {
${oneofs.join("\n")}
};
`,
  );
}

export function generateProtocol() {
  rmSync(target, { recursive: true, force: true });
  mkdirSync(target, { recursive: true });
  const root = loadSchema();
  const packages = collectPackages(root);
  writeTypes(packages);
  writeTable(root, packages);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) generateProtocol();
