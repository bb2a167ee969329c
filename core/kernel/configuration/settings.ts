import { parse } from "yaml";
import { z } from "zod";
import { agentFields } from "./agent-configuration.js";
import type { Fields } from "./fields.js";
import { localFields } from "./local-configuration.js";
import { masterFields } from "./master-configuration.js";

export const processNames = ["master", "agent", "local"] as const;
/** The processes that have a configuration of their own. */
export type ProcessName = (typeof processNames)[number];

export const fieldsOf: Readonly<Record<ProcessName, Fields>> = {
  master: masterFields,
  agent: agentFields,
  local: localFields,
};

/** One value of a configuration that a flag or an environment variable may set. */
export interface Setting {
  /** The flag without its dashes; the variable is `DASMOS_` and the same in capitals. */
  readonly name: string;
  readonly path: readonly string[];
  readonly type: "text" | "number" | "boolean" | "list" | "object";
  /** Of an object's values. */
  readonly numeric: boolean;
  readonly description: string;
  readonly byDefault: unknown;
}

interface JsonSchema {
  readonly type?: string;
  readonly description?: string;
  readonly default?: unknown;
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly additionalProperties?: JsonSchema | boolean;
}

/** The JSON Schema of a process' configuration file, for editors. */
export function jsonSchemaOf(process: ProcessName): Readonly<Record<string, unknown>> {
  const { $schema, ...schema } = z.toJSONSchema(z.strictObject(fieldsOf[process]), { io: "input" });
  return { $schema, title: `dasmos ${process}`, ...schema };
}

/** Every setting of a process, those of its `modules` section included. */
export function settingsOf(process: ProcessName): readonly Setting[] {
  const { properties = {} } = jsonSchemaOf(process) as JsonSchema;
  const { modules, ...own } = properties;
  return [
    ...Object.entries(own).map(([key, schema]) => toSetting([key], schema)),
    ...Object.entries(modules?.properties ?? {}).map(([key, schema]) =>
      toSetting(["modules", key], schema),
    ),
  ];
}

/** What flags and variables may set: everything but the configurations of other processes inside a local cluster's. */
export function overridableSettingsOf(process: ProcessName): readonly Setting[] {
  return settingsOf(process).filter(
    ({ path: [key = ""], type }) =>
      type !== "object" || !(processNames as readonly string[]).includes(key),
  );
}

export function variableOf({ name }: Setting): string {
  return `DASMOS_${name.toUpperCase().replaceAll("-", "_")}`;
}

/** The flag of a key, without its dashes. */
export function settingName(key: string): string {
  return key.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}

function toSetting(path: readonly string[], schema: JsonSchema): Setting {
  const values = schema.additionalProperties;
  return {
    name: settingName(String(path.at(-1))),
    path,
    type: settingTypes[schema.type ?? "string"] ?? "text",
    numeric: typeof values === "object" && values.type === "number",
    description: schema.description ?? "",
    byDefault: schema.default,
  };
}

const settingTypes: Readonly<Record<string, Setting["type"]>> = {
  array: "list",
  boolean: "boolean",
  integer: "number",
  number: "number",
  object: "object",
};

/** A setting's value from its text. What cannot be read stays a text, so that the schema says what is wrong with it. */
export function readSetting(setting: Setting, text: string): unknown {
  switch (setting.type) {
    case "text":
      return text;
    case "number":
      return text.trim() !== "" && Number.isFinite(Number(text)) ? Number(text) : text;
    case "boolean":
      return text === "true" || text === "" ? true : text === "false" ? false : text;
    case "list":
      return text.startsWith("[") ? readYaml(text) : splitList(text);
    case "object":
      return text.startsWith("{") ? readYaml(text) : readPairs(text, setting.numeric);
  }
}

function readYaml(text: string): unknown {
  try {
    return parse(text) as unknown;
  } catch {
    return text;
  }
}

function splitList(text: string): readonly string[] {
  return text
    .split(",")
    .map((item) => item.trim())
    .filter((item) => item !== "");
}

/** `a=1,b=2`, as Mesos writes weights. */
function readPairs(text: string, numeric: boolean): unknown {
  const pairs = splitList(text).map((item) => item.split("="));
  if (pairs.some((pair) => pair.length !== 2)) return text;
  return Object.fromEntries(
    pairs.map(([key = "", value = ""]) => [
      key,
      numeric && value !== "" && Number.isFinite(Number(value)) ? Number(value) : value,
    ]),
  );
}
