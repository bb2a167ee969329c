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

function describe({ roles, nowMs }: Explanation): string {
  const rows = roles.flatMap(({ role, rules }) =>
    rules.map((rule) => [
      role,
      rule.rule,
      rule.agents,
      rule.message,
      endsIn(rule, nowMs),
      rule.examples.join(", "),
    ]),
  );
  return table(["role", "rule", "agents", "why", "ends in", "for instance"], rows);
}

type RuleOfAgents = Explanation["roles"][number]["rules"][number];

function endsIn({ untilMs, lastUntilMs }: RuleOfAgents, nowMs: number): string | undefined {
  if (untilMs === undefined) return undefined;
  const first = duration(untilMs - nowMs);
  const last = duration((lastUntilMs ?? untilMs) - nowMs);
  return first === last ? first : `${first} to ${last}`;
}

const unitSeconds = { d: 86_400, h: 3_600, m: 60, s: 1 };

/** The largest unit and the one below it, e.g. `3m 20s`; a second that has begun counts. */
function duration(ms: number): string {
  let seconds = Math.ceil(ms / 1_000);
  const counts = Object.entries(unitSeconds).map(([unit, size]) => {
    const count = Math.floor(seconds / size);
    seconds -= count * size;
    return { count, text: `${count}${unit}` };
  });
  const largest = counts.findIndex(({ count }) => count > 0);
  const two = counts.slice(largest, largest + 2).filter(({ count }) => count > 0);
  return two.map(({ text }) => text).join(" ");
}
