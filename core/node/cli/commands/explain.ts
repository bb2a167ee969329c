import type { Explanation } from "../../../contracts/allocator.js";
import type { RegisterCommand } from "../command.js";
import { addMasterOptions, type MasterOptions } from "../master-options.js";
import { table } from "../table.js";

interface ExplainOptions extends MasterOptions {
  readonly role?: string;
  readonly agent?: string;
}

/** `dasmos explain`: why a framework is offered nothing. */
export const registerExplain: RegisterCommand = (program, context) => {
  const command = program
    .command("explain")
    .description("say which rules keep a framework from being offered resources, and where")
    .argument("<framework>", "its id")
    .option("--role <role>", "only in this role")
    .option("--agent <id>", "only on this agent");
  addMasterOptions(command, context).action(async (id: string, options: ExplainOptions) => {
    const { getFromMaster } = await import("../../client/operator-client.js");
    const query = new URLSearchParams({
      framework: id,
      ...(options.role !== undefined && { role: options.role }),
      ...(options.agent !== undefined && { agent: options.agent }),
    });
    const text = await getFromMaster(options.master, `/api/dasmos/v1/explain?${query.toString()}`);
    context.out(options.json ? `${text}\n` : describe(JSON.parse(text) as Explanation));
  });
};

function describe({ roles }: Explanation): string {
  const rows = roles.flatMap(({ role, rules }) =>
    rules.map(({ rule, message, agents, examples }) => [
      role,
      rule,
      agents,
      message,
      examples.join(", "),
    ]),
  );
  return table(["role", "rule", "agents", "why", "for instance"], rows);
}
