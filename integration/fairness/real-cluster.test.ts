import { expect } from "chai";
import { callMaster } from "../../core/node/client/operator-client.js";
import type { master, v1 } from "../../core/protocol/v1.js";
import { Resources } from "../../core/resources/resources.js";
import { eventually } from "../contracts/processes.js";
import { RawScheduler } from "../testing/raw-scheduler.js";
import { TestCluster } from "../testing/test-cluster.js";
import { TestScheduler } from "../testing/test-scheduler.js";

const resources = Resources.parse("cpus:1;mem:32");
const capabilities = [{ type: "MULTI_ROLE" as const }];

function sleepers(prefix: string, count: number) {
  return Array.from({ length: count }, (_, i) => ({
    taskId: `${prefix}-${i}`,
    command: "exec sleep 1000",
    resources,
  }));
}

describe("fairness on a real cluster", function () {
  this.timeout(90_000);
  let cluster: TestCluster;
  const schedulers: { dispose(): void }[] = [];

  beforeEach(async () => {
    cluster = await TestCluster.start({ resources: "cpus:9;mem:4096;disk:1024" });
  });
  afterEach(async () => {
    for (const scheduler of schedulers.splice(0)) scheduler.dispose();
    await cluster.dispose();
  });

  async function subscribe(role: string): Promise<TestScheduler> {
    const frameworkInfo: Partial<v1.FrameworkInfo> = { roles: [role], capabilities, name: role };
    const scheduler = await TestScheduler.start({
      master: cluster.master.url,
      frameworkInfo,
      tasksPerOffer: 1,
    });
    schedulers.push(scheduler);
    return scheduler;
  }
  /** How many tasks run in each role. */
  async function running(): Promise<Readonly<Record<string, number>>> {
    const { get_tasks } = await callMaster(cluster.master.url, { type: "GET_TASKS" });
    const counts: Record<string, number> = {};
    for (const { name, state } of get_tasks?.tasks ?? [])
      if (state === "TASK_RUNNING") {
        const role = name.replace(/-\d+$/, "");
        counts[role] = (counts[role] ?? 0) + 1;
      }
    return counts;
  }
  async function reach(wanted: Readonly<Record<string, number>>): Promise<void> {
    await eventually(`running tasks are ${JSON.stringify(wanted)}`, async () => {
      const counts = await running();
      return Object.entries(wanted).every(([role, count]) => counts[role] === count) || undefined;
    });
  }

  it("shares by weight: of nine cpus, weight 2 gets six and weight 1 three", async () => {
    const weights: master.Call = {
      type: "UPDATE_WEIGHTS",
      update_weights: { weight_infos: [{ role: "heavy", weight: 2 }] },
    };
    await callMaster(cluster.master.url, weights);
    const heavy = await subscribe("heavy");
    const light = await subscribe("light");
    heavy.run(sleepers("heavy", 20));
    light.run(sleepers("light", 20));
    await reach({ heavy: 6, light: 3 });
  });

  it("deals out anew what one role holds on offer when another's weight is raised", async () => {
    const subscribe = async (role: string): Promise<RawScheduler> => {
      const framework_info = { user: "u", name: role, roles: [role], capabilities };
      const call = { type: "SUBSCRIBE", subscribe: { framework_info } };
      const scheduler = await RawScheduler.subscribe(
        Number(new URL(cluster.master.url).port),
        call,
      );
      schedulers.push(scheduler);
      await scheduler.subscribed();
      return scheduler;
    };
    const holder = await subscribe("holder");
    const { id } = await holder.nextOffer();
    const waiting = await subscribe("waiting");
    await callMaster(cluster.master.url, {
      type: "UPDATE_WEIGHTS",
      update_weights: { weight_infos: [{ role: "waiting", weight: 3 }] },
    });
    expect((await holder.next("RESCIND")).rescind?.offer_id).to.deep.equal(id);
    expect((await waiting.nextOffer()).resources?.map(({ name }) => name)).to.include("cpus");
  });

  it("keeps what is guaranteed while another framework floods the cluster", async () => {
    const guarantee: master.Call = {
      type: "UPDATE_QUOTA",
      update_quota: {
        quota_configs: [{ role: "dev", guarantees: { cpus: { value: 3 }, mem: { value: 96 } } }],
      },
    };
    await callMaster(cluster.master.url, guarantee);
    const flood = await subscribe("flood");
    flood.run(sleepers("flood", 20));
    await reach({ flood: 6 });
    const dev = await subscribe("dev");
    dev.run(sleepers("dev", 3));
    await reach({ flood: 6, dev: 3 });
  });

  it("never lets a role above its limit", async () => {
    const limit: master.Call = {
      type: "UPDATE_QUOTA",
      update_quota: {
        quota_configs: [{ role: "dev", limits: { cpus: { value: 2 }, mem: { value: 64 } } }],
      },
    };
    await callMaster(cluster.master.url, limit);
    const child = await subscribe("dev/child");
    child.run(sleepers("child", 20));
    const other = await subscribe("other");
    other.run(sleepers("other", 20));
    await reach({ child: 2, other: 7 });
  });

  it("names the problem of a bad request", async () => {
    const url = cluster.master.url;
    const refused = async (call: master.Call): Promise<string> => {
      const error: unknown = await callMaster(url, call).catch((cause: unknown) => cause);
      return error instanceof Error ? error.message.replace(url, "") : "it was not refused";
    };
    const quota = (config: object): master.Call => ({
      type: "UPDATE_QUOTA",
      update_quota: { quota_configs: [{ role: "r", ...config }] },
    });
    const { get_agents } = await callMaster(url, { type: "GET_AGENTS" });
    const agent_id = get_agents?.agents?.[0]?.agent_info.id ?? { value: "" };
    const reserve = (value: number, role: string): master.Call => ({
      type: "RESERVE_RESOURCES",
      reserve_resources: {
        agent_id,
        resources: [
          {
            name: "cpus",
            type: "SCALAR",
            scalar: { value },
            reservations: [{ type: "DYNAMIC", role }],
          },
        ],
      },
    });
    expect(await refused(quota({ guarantees: { cpus: { value: 10 } } }))).to.match(
      /answered 400: .*cpus:10.*more than the cluster's/,
    );
    expect(await refused(quota({ role: "a b" }))).to.match(/answered 400: .*role/);
    expect(await refused(reserve(10, "r"))).to.match(/answered 409: .*cpus/);
    expect(await refused(reserve(1, "*"))).to.match(/answered 400: .*role/);
    expect(await refused(reserve(-1, "r"))).to.match(/answered 400: .*cpus/);
  });
});
