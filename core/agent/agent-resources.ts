import type { Ticket } from "../base/ids.js";
import type { CheckpointRecord } from "../contracts/checkpoint-store.js";
import type { v1 } from "../protocol/v1.js";
import { bareOf, checkpointedPart, withCheckpointed } from "../resources/checkpointed.js";
import { applyConversions, type ResourceConversion } from "../resources/conversions.js";
import { Resources } from "../resources/resources.js";
import { volumeChanges, type VolumeChanges, type VolumeDirectory } from "../resources/volumes.js";
import type { AgentContext } from "./agent-context.js";
import type { Checkpoints } from "./checkpoints.js";

/** The checkpointed reservations and volumes. */
export const RESOURCES_RECORD = "resources";
/** The volumes that are being destroyed: once their end is durable, a crash must not leave their data behind. */
export const DESTROYED_RECORD = "destroyed-volumes";

/** What the agent has: its configured resources, and the reservations and volumes made of them. */
export class AgentResources {
  constructor(
    private readonly context: AgentContext,
    private readonly checkpoints: Checkpoints,
  ) {}

  /**
   * Takes up the reservations and volumes of the last process.
   * @returns false where the agent ends, because it no longer has what they are made of.
   */
  recover(records: ReadonlyMap<string, unknown>): boolean {
    const { state, settings } = this.context;
    const configured = Resources.fromWire(state.info.resources);
    const checkpointed = (records.get(RESOURCES_RECORD) ?? []) as readonly v1.Resource[];
    const total = withCheckpointed(configured, checkpointed);
    if (total === undefined) {
      const reserved = Resources.fromWire(checkpointed);
      const lacking = bareOf(checkpointed).without(configured);
      this.context.exit(
        1,
        `${reserved.toString()} is reserved on this agent, but its configured resources lack ${lacking.toString()} of what that is made of: configure at least as much, or remove ${settings.workDir}/meta to give up its reservations and volumes and register as a new agent`,
      );
      return false;
    }
    state.total = total;
    const destroy = (records.get(DESTROYED_RECORD) ?? []) as readonly VolumeDirectory[];
    const { create } = volumeChanges(settings.workDir, configured, total);
    if (create.length > 0 || destroy.length > 0) this.write([], { create, destroy });
    return true;
  }

  /** Makes conversions, all of them or none. @returns undefined where the agent has not what they need. */
  convert(
    conversions: readonly ResourceConversion[],
    records: readonly CheckpointRecord[],
  ): Ticket | undefined {
    const { state, settings } = this.context;
    const before = state.total;
    const after = applyConversions(before, conversions);
    if (after === undefined) return undefined;
    state.total = after;
    const resources = { key: RESOURCES_RECORD, value: checkpointedPart(after) };
    return this.write([resources, ...records], volumeChanges(settings.workDir, before, after));
  }

  private write(records: readonly CheckpointRecord[], volumes: VolumeChanges): Ticket {
    const { create, destroy } = volumes;
    if (create.length === 0 && destroy.length === 0) return this.checkpoints.write(records);
    if (destroy.length === 0) return this.checkpoints.write(records, volumes);
    this.checkpoints.write([...records, { key: DESTROYED_RECORD, value: destroy }], volumes);
    return this.checkpoints.write([{ key: DESTROYED_RECORD, value: undefined }]);
  }
}
