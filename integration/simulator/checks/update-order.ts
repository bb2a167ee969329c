import { assert } from "../../../core/base/assert.js";
import type { StatusUpdate } from "../../../core/protocol/agent-protocol.js";
import type { JobLedger } from "../scheduler/job-ledger.js";

interface Stream {
  readonly uuids: string[];
  received: number;
  /** The agent process that made the last of them. */
  origin: string;
}

/**
 * I2: the updates of one task reach its scheduler in the order in which the agent made them, each at least once; the
 * agent goes on to the next only after the scheduler has acknowledged the one before. An agent process that dies takes
 * its unacknowledged updates along; what the next one says of the task begins anew.
 */
export class UpdateOrder {
  private readonly streams = new Map<string, Stream>();
  private readonly frameworks = new Map<string, JobLedger>();

  /** Whose updates are watched. */
  watch(frameworkId: string, ledger: JobLedger): void {
    this.frameworks.set(frameworkId, ledger);
  }

  onSent(origin: string, { frameworkId, status }: StatusUpdate): void {
    const { uuid } = status;
    const ledger = this.frameworks.get(frameworkId);
    if (uuid === undefined || ledger === undefined) return;
    const taskId = status.task_id.value;
    const stream = this.streamOf(frameworkId, taskId);
    const isAnew = stream.origin !== origin;
    if (isAnew) {
      stream.origin = origin;
      stream.received = stream.uuids.length;
    } else if (stream.uuids.includes(uuid)) {
      assert(stream.uuids.at(-1) === uuid, "an agent repeats an update it had gone on from", {
        origin,
        taskId,
        state: status.state,
      });
      return;
    }
    const before = isAnew ? undefined : stream.uuids.at(-1);
    const acknowledged = ledger.tasks.get(taskId)?.acknowledged;
    assert(
      before === undefined || acknowledged === undefined || acknowledged.has(before),
      "an agent goes on to the next update before the scheduler has acknowledged the last",
      { origin, taskId, state: status.state },
    );
    stream.uuids.push(uuid);
  }

  onReceived(frameworkId: string, taskId: string, uuid: string): void {
    const stream = this.streamOf(frameworkId, taskId);
    const place = stream.uuids.indexOf(uuid);
    assert(place >= 0, "a scheduler is sent an update that no agent has made", { taskId, uuid });
    assert(place <= stream.received, "an update overtakes another of its task", { taskId });
    assert(
      place >= stream.received - 1,
      "an update arrives again after a later one of its task has arrived",
      { taskId },
    );
    if (place === stream.received) stream.received++;
  }

  private streamOf(frameworkId: string, taskId: string): Stream {
    const key = `${frameworkId}\n${taskId}`;
    let stream = this.streams.get(key);
    if (stream === undefined)
      this.streams.set(key, (stream = { uuids: [], received: 0, origin: "" }));
    return stream;
  }
}
