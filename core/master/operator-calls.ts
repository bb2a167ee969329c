import type { FrameworkRemoval } from "./framework-removal.js";
import type { MasterContext } from "./master-context.js";
import type { MasterInput } from "./master-io.js";

/** The calls of the operator API that change something; reading ones are views. */
export class OperatorCalls {
  constructor(
    private readonly context: MasterContext,
    private readonly removal: FrameworkRemoval,
  ) {}

  onCall({ call, request }: Extract<MasterInput, { type: "OPERATOR_CALL" }>): void {
    const { context } = this;
    if (call.type !== "TEARDOWN")
      return context.respond(request, 501, `${call.type ?? "UNKNOWN"} is not implemented`);
    const id = call.teardown?.framework_id.value;
    if (id === undefined)
      return context.respond(request, 400, "Expecting 'teardown' to be present");
    const framework = context.state.frameworks.get(id);
    if (framework === undefined)
      return context.respond(request, 400, `No framework found with ID '${id}'`);
    this.removal.remove(framework, "torn down by an operator");
    context.respond(request, 200);
  }
}
