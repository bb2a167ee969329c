import type { MasterToAgent } from "../protocol/agent-protocol.js";
import { isTerminalState } from "../protocol/task-state.js";
import type { AgentContext } from "./agent-context.js";
import type { ExecutorTerminations } from "./executor-terminations.js";
import type { Frameworks } from "./frameworks.js";
import type { StatusUpdates } from "./status-updates.js";
import type { TaskStatuses } from "./task-statuses.js";
import { findTask } from "./task-wire.js";

export interface AcknowledgementsParts {
  readonly context: AgentContext;
  readonly frameworks: Frameworks;
  readonly updates: StatusUpdates;
  readonly statuses: TaskStatuses;
  readonly terminations: ExecutorTerminations;
}

/** A framework has seen an update: its task's next one may go out, and a task whose end it has seen is forgotten. */
export class Acknowledgements {
  constructor(private readonly parts: AcknowledgementsParts) {}

  onAcknowledge(message: Extract<MasterToAgent, { type: "ACKNOWLEDGE_STATUS_UPDATE" }>): void {
    const { frameworkId, taskId, uuid } = message;
    const { context, updates, frameworks, statuses, terminations } = this.parts;
    const acknowledged = updates.acknowledge(frameworkId, taskId, uuid);
    if (!acknowledged) {
      context.log("info", "ignoring an acknowledgement of no outstanding update", {
        frameworkId,
        taskId,
      });
      return;
    }
    const framework = frameworks.get(frameworkId);
    const place = framework && findTask(framework, taskId);
    if (!framework || !place?.executor) return;
    const { executor, task } = place;
    if (isTerminalState(acknowledged.status.state)) {
      terminations.onTaskCompleted({ framework, executor }, task);
    } else {
      statuses.noteOutstanding(frameworkId, task);
    }
  }
}
