import type { RegisterCommand } from "../command.js";
import { addMasterOptions, type MasterOptions } from "../master-options.js";

/** `dasmos teardown`: ends a framework and everything it runs. */
export const registerTeardown: RegisterCommand = (program, context) => {
  const command = program
    .command("teardown")
    .description("end a framework and everything it runs")
    .argument("<framework>", "its id");
  addMasterOptions(command, context).action(async (id: string, { master, json }: MasterOptions) => {
    const { callMaster } = await import("../../client/operator-client.js");
    await callMaster(master, { type: "TEARDOWN", teardown: { framework_id: { value: id } } });
    context.out(json ? `${JSON.stringify({ frameworkId: id })}\n` : `${id} is torn down\n`);
  });
};
