import { readdir } from "node:fs/promises";
import { join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { Container, type Newable } from "inversify";
import { Logger, silentLogger } from "../../core/base/logger.js";
import { AgentDirectories } from "../../core/contracts/agent-directories.js";
import type { Isolator } from "../../core/contracts/isolator.js";
import type { Module } from "../../core/kernel/module.js";
import { describeIsolator } from "./isolator.contract.js";

const folder = fileURLToPath(new URL("../../modules/isolators", import.meta.url));
const files = (await readdir(folder, { recursive: true })).filter(
  (file) => file.endsWith(".js") && !file.endsWith(".test.js"),
);

/** Every isolator there is, also tomorrow's. */
for (const file of files.sort()) {
  const path = join(folder, file);
  const { default: definition } = (await import(path)) as { default: Module<"isolator"> };
  describeIsolator(relative(folder, path).replace(/\.js$/, ""), (directories) => {
    const container = new Container();
    container.bind(AgentDirectories).toConstantValue(directories);
    container.bind(Logger).toConstantValue(silentLogger);
    const { parameters } = definition;
    if (parameters) container.bind(parameters.token).toConstantValue(parameters.schema.parse({}));
    container.bind("isolator").to(definition.implementation as Newable<Isolator>);
    return container.get<Isolator>("isolator");
  });
}
