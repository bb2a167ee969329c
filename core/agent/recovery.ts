import { assert } from "../base/assert.js";
import type { v1 } from "../protocol/v1.js";
import type { AgentContext } from "./agent-context.js";
import type { AgentResources } from "./agent-resources.js";
import type { Checkpoints } from "./checkpoints.js";
import { AGENT_RECORD } from "./frameworks.js";
import type { Operations } from "./operations.js";
import { incompatibleFields } from "./reconfiguration.js";

/** What the agent writes down of itself. */
export interface AgentRecord {
  readonly agentInfo: v1.AgentInfo;
  readonly bootId: string;
}

export interface RecoveryParts {
  readonly context: AgentContext;
  readonly checkpoints: Checkpoints;
  readonly resources: AgentResources;
  readonly operations: Operations;
}

/** Takes up what the last process has left: who the agent is, its resources, and operations that are not acknowledged. */
export class Recovery {
  private readonly context: AgentContext;

  constructor(private readonly parts: RecoveryParts) {
    this.context = parts.context;
  }

  onRecovered(checkpoints: ReadonlyMap<string, unknown>): void {
    const { state } = this.context;
    if (state.phase === "TERMINATING") return;
    assert(state.phase === "RECOVERING", "an agent recovers twice", { phase: state.phase });
    state.info = this.decorated();
    state.phase = "DISCONNECTED";
    const record = checkpoints.get(AGENT_RECORD) as AgentRecord | undefined;
    if (record && !this.takeUp(record)) return;
    if (this.parts.resources.recover(checkpoints)) this.parts.operations.recover(checkpoints);
  }

  /** The agent's resources and attributes as its plugins make them. */
  private decorated(): v1.AgentInfo {
    const { hooks, settings } = this.context;
    const info = settings.agentInfo;
    const resources = hooks.agentResources.call(info.resources ?? [], info);
    const attributes = hooks.agentAttributes.call(info.attributes ?? [], { ...info, resources });
    return { ...info, resources, ...(attributes.length > 0 && { attributes }) };
  }

  /**
   * An agent whose configuration has changed too much is another one; it becomes that by itself after a reboot, or where
   * the policy says so.
   * @returns false where the agent ends for it.
   */
  private takeUp({ agentInfo, bootId }: AgentRecord): boolean {
    const { state, settings } = this.context;
    const policy = settings.reconfigurationPolicy;
    const differing = incompatibleFields(policy, agentInfo, state.info);
    if (differing.length === 0) {
      state.info = { ...state.info, ...(agentInfo.id && { id: agentInfo.id }) };
      const value: AgentRecord = { agentInfo: state.info, bootId: settings.bootId };
      this.parts.checkpoints.write([{ key: AGENT_RECORD, value }]);
      return true;
    }
    const changed = `${differing.join(", ")} changed incompatibly (reconfiguration policy "${policy}")`;
    if (bootId !== settings.bootId || policy === "replace") {
      const level = policy === "replace" ? "info" : "warn";
      this.context.log(level, `${changed}: registering as a new agent`);
      return true;
    }
    this.context.exit(
      1,
      `${changed}: restore the configuration, or remove ${settings.workDir}/meta to register as a new agent`,
    );
    return false;
  }
}
