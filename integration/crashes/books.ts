import { expect } from "chai";
import { callMaster } from "../../core/node/client/operator-client.js";
import { isTerminalState } from "../../core/protocol/task-state.js";
import type { master, v1 } from "../../core/protocol/v1.js";
import { Resources } from "../../core/resources/resources.js";

/**
 * Fails where the master's books do not agree: what it shows of an agent as allocated and offered has to be what the
 * tasks that are alive, the executors and the offers there hold, and together no more than the agent has.
 */
export function checkBooks(state: master.Response.GetState): void {
  for (const agent of state.get_agents?.agents ?? []) {
    const id = agent.agent_info.id?.value ?? "";
    const allocated = amount(agent.allocated_resources);
    const offered = amount(agent.offered_resources);
    expect(String(allocated), "allocated").to.equal(String(heldOn(id, state)));
    expect(String(offered), "offered").to.equal(String(offeredOn(id, state)));
    const free = amount(agent.total_resources).subtract(allocated.plus(offered));
    const held = `${allocated.toString()} allocated and ${offered.toString()} offered`;
    expect(free, held).not.to.equal(undefined);
  }
  const ids = (state.get_tasks?.tasks ?? [])
    .concat(state.get_tasks?.completed_tasks ?? [])
    .map(({ task_id }) => task_id.value);
  expect(ids.toSorted(), "tasks").to.deep.equal([...new Set(ids)].toSorted());
}

export async function readState(url: string): Promise<master.Response.GetState> {
  const { get_state } = await callMaster(url, { type: "GET_STATE" });
  return get_state ?? {};
}

function heldOn(
  agentId: string,
  { get_tasks, get_executors }: master.Response.GetState,
): Resources {
  const tasks = (get_tasks?.tasks ?? []).filter(
    ({ agent_id, state }) => agent_id.value === agentId && !isTerminalState(state),
  );
  const executors = (get_executors?.executors ?? []).filter(
    ({ agent_id }) => agent_id.value === agentId,
  );
  return Resources.sum([
    ...tasks.map(({ resources }) => amount(resources)),
    ...executors.map(({ executor_info }) => amount(executor_info.resources)),
  ]);
}

function offeredOn(agentId: string, { get_frameworks }: master.Response.GetState): Resources {
  const offers = (get_frameworks?.frameworks ?? [])
    .flatMap((framework) => framework.offers ?? [])
    .filter(({ agent_id }) => agent_id.value === agentId);
  return Resources.sum(offers.map(({ resources }) => amount(resources)));
}

function amount(resources: readonly v1.Resource[] | undefined): Resources {
  return Resources.fromWire(resources).unallocate();
}

/** Looks at the books again and again while something else goes on; a master that does not answer is not asked. */
export class BookWatch {
  /** How often they agreed. */
  agreed = 0;
  private stopped = false;
  private readonly watching: Promise<void>;

  constructor(private readonly url: string) {
    this.watching = this.watch();
    // Whoever stops the watch hears of it.
    this.watching.catch(() => {});
  }

  private async watch(): Promise<void> {
    while (!this.stopped) {
      const state = await readState(this.url).catch(() => undefined);
      if (state === undefined) continue;
      checkBooks(state);
      this.agreed++;
    }
  }

  /** Fails where the books have not agreed. */
  async stop(): Promise<void> {
    this.stopped = true;
    await this.watching;
  }
}
