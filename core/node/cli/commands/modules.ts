import { moduleKinds } from "../../../kernel/module-kinds.js";
import type { ModuleKind } from "../../../kernel/module-kinds.js";
import type { RegisterCommand } from "../command.js";

/** `dasmos modules list`: what is built in, by kind. */
export const registerModules: RegisterCommand = (program, { out }) => {
  const modules = program.command("modules").description("what the kernel can be made of");
  modules
    .command("list")
    .description("list the built-in modules by kind, and the plugins")
    .action(async () => out(await listModules()));
};

interface Listed {
  readonly name: string;
  readonly description?: string;
}

async function listModules(): Promise<string> {
  const { builtInModules, builtInPlugins } = await import("../../load-modules.js");
  const sections: string[] = [];
  for (const kind of Object.keys(moduleKinds) as ModuleKind[]) {
    const { process, supported } = moduleKinds[kind];
    const where = process === "both" ? "master and agent" : process;
    const heading = `${kind} (${where}${supported ? "" : "; not supported yet"})`;
    sections.push(section(heading, await builtInModules(kind)));
  }
  sections.push(section("plugin (master and agent)", await builtInPlugins()));
  return sections.join("\n");
}

function section(heading: string, listed: readonly Listed[]): string {
  const width = Math.max(...listed.map(({ name }) => name.length));
  const lines = listed.map(({ name, description = "" }) =>
    `  ${name.padEnd(width)}  ${description}`.trimEnd(),
  );
  return `${[heading, ...(lines.length > 0 ? lines : ["  none built in"])].join("\n")}\n`;
}
