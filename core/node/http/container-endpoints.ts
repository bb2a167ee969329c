import type { AgentState, Executor } from "../../agent/agent-state.js";
import { liveExecutors } from "../../agent/views/agent-tasks.js";
import type { ContainerId } from "../../base/ids.js";
import type { agent, v1 } from "../../protocol/v1.js";
import { sendJson, writeJson } from "./answer.js";
import { queryOf } from "./content.js";
import type { Endpoint, Exchange } from "./endpoint.js";
import { sendRefusal } from "./refusal.js";

/** What says how containers do; undefined where it cannot. */
export interface ContainerReader {
  usage(containerId: ContainerId): Promise<v1.ResourceStatistics | undefined>;
  status(containerId: ContainerId): Promise<v1.ContainerStatus | undefined>;
}
export interface ContainerEndpointsOptions {
  readonly state: () => AgentState;
  readonly containers: ContainerReader | undefined;
}
interface ContainerReading {
  readonly executor: Executor;
  readonly statistics: v1.ResourceStatistics | undefined;
  readonly status: v1.ContainerStatus | undefined;
}
type Query = Readonly<Record<string, string | undefined>>;

/** The answer to GET_CONTAINERS. */
export async function getContainers(
  options: ContainerEndpointsOptions,
): Promise<agent.Response.GetContainers> {
  const readings = await readContainers(options, {});
  return {
    containers: readings.map(({ executor, statistics, status }) => ({
      framework_id: { value: executor.frameworkId },
      executor_id: { value: executor.id },
      executor_name: executor.info.name ?? "",
      container_id: { value: executor.containerId },
      ...(status !== undefined && { container_status: status }),
      ...(statistics !== undefined && { resource_statistics: statistics }),
    })),
  };
}

/** `/monitor/statistics` and `/containers`. */
export function containerEndpoints(options: ContainerEndpointsOptions): readonly Endpoint[] {
  return [
    endpoint("/monitor/statistics", async () =>
      (await readContainers(options, {})).map(({ executor, statistics }) => ({
        ...identityOf(executor),
        statistics: statistics ?? {},
      })),
    ),
    endpoint("/containers", async (query) =>
      (await readContainers(options, query)).map(({ executor, statistics, status }) => ({
        ...identityOf(executor),
        container_id: executor.containerId,
        ...(status !== undefined && { status }),
        ...(statistics !== undefined && { statistics }),
      })),
    ),
  ];
}

function endpoint(path: string, view: (query: Query) => Promise<readonly object[]>): Endpoint {
  return {
    path,
    methods: ["GET"],
    realm: "readonly",
    handle: async (exchange: Exchange) => {
      const query = queryOf(exchange.request);
      if (query["container_id"] !== undefined && query["framework_id"] !== undefined) {
        const message = "expected container_id or framework_id, got both";
        sendRefusal(exchange.reply, { status: 400, message });
        return;
      }
      await sendJson(exchange, await writeJson(await view(query)));
    },
  };
}

function identityOf(executor: Executor): object {
  return {
    framework_id: executor.frameworkId,
    executor_id: executor.id,
    executor_name: executor.info.name ?? "",
    source: executor.info.source ?? "",
  };
}

/** A container that ends while it is looked at is shown without what could not be read. */
function readContainers(
  { state, containers }: ContainerEndpointsOptions,
  query: Query,
): Promise<readonly ContainerReading[]> {
  const { container_id, framework_id, executor_id } = query;
  const wanted = liveExecutors(state()).filter(
    (executor) =>
      executor.containerLaunched &&
      (container_id ?? executor.containerId) === executor.containerId &&
      (framework_id ?? executor.frameworkId) === executor.frameworkId &&
      (executor_id ?? executor.id) === executor.id,
  );
  return Promise.all(
    wanted.map(async (executor) => {
      const id = executor.containerId;
      const [statistics, status] = await Promise.all([
        containers?.usage(id).catch(() => undefined),
        containers?.status(id).catch(() => undefined),
      ]);
      return { executor, statistics, status };
    }),
  );
}
