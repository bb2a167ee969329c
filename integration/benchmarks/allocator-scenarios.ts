import { parseQuantities } from "../../core/resources/quantities.js";
import { Resources } from "../../core/resources/resources.js";
import {
  AGENT,
  AllocatorCluster,
  type Roles,
  roleOf,
  timed,
  timedMedian,
} from "./allocator-cluster.js";
import type { Figures } from "./benchmark.js";
import { median } from "./result.js";

const FOREVER_MS = 1_000_000_000;
const USED = "cpus:4;mem:512;ports:[31000-31009,31100-31109]";

/** Everything is offered in one run; then a run with nothing left to offer. */
export function fullCycle(agents: number, frameworks: number, roles: Roles): Figures {
  const cluster = new AllocatorCluster();
  const [, addFrameworks] = timed(() => cluster.addFrameworks(frameworks, roleOf(roles)));
  const [, addAgents] = timed(() => cluster.addAgents(agents));
  const [allocations, full] = timed(() => cluster.cycle());
  const [, nothingLeft] = timed(() => cluster.cycle());
  return {
    fullMs: full,
    nothingLeftMs: nothingLeft,
    addFrameworksMs: addFrameworks,
    addAgentsMs: addAgents,
    offers: allocations.length,
  };
}

/**
 * Every framework has refused every agent, each of which is partly used. A cycle in which nothing has changed; one after
 * every agent has, so that all pairs are examined; one after a task has ended; one after one framework has revived, and
 * is offered all agents.
 */
export function declined(agents: number, frameworks: number, roles: Roles): Figures {
  const cluster = new AllocatorCluster();
  cluster.addFramework("old", "old");
  cluster.allocator.suppressOffers("old", []);
  cluster.addFrameworks(frameworks, roleOf(roles));
  cluster.addAgents(agents, undefined, USED);
  const offerAndDecline = timedMedian(3, () => {
    for (const allocation of cluster.cycle()) cluster.decline(allocation, FOREVER_MS);
  });
  refuseAll(cluster, agents, frameworks, roles);
  // What was refused has left much to collect, which is not what is measured here.
  timedMedian(10, () => expectOffers(cluster, 0));
  const nothingChanged = timedMedian(25, () => expectOffers(cluster, 0));
  const everyAgent = everyAgentChanged(cluster, agents);
  const task = Resources.parse("cpus:1").allocate("old");
  cluster.allocator.recoverResources("old", "agent-0", task, { allocated: true }, 0);
  const [, oneAgent] = timed(() => cluster.cycle());
  cluster.allocator.reviveOffers("framework-1", []);
  const [revived, oneFramework] = timed(() => cluster.cycle());
  if (revived.length < agents - 1) throw new Error("what was refused is not offered anew");
  return {
    nothingChangedMs: nothingChanged,
    allAgentsMs: everyAgent,
    oneAgentMs: oneAgent,
    oneFrameworkMs: oneFramework,
    offerAndDeclineUs: (offerAndDecline * 1_000) / agents,
  };
}

/** What the frameworks refuse is not offered first: that would take much longer, and filters are the same. */
function refuseAll(cluster: AllocatorCluster, agents: number, frameworks: number, roles: Roles) {
  const rest = Resources.parse(AGENT).minus(Resources.parse(USED));
  for (let i = 0; i < frameworks; i++) {
    const role = roleOf(roles)(i);
    const refused = { frameworkId: `framework-${i}`, role, resources: rest.allocate(role) };
    for (let agent = 0; agent < agents; agent++) {
      cluster.decline({ ...refused, agentId: `agent-${agent}` }, FOREVER_MS);
    }
  }
}

function everyAgentChanged(cluster: AllocatorCluster, agents: number): number {
  const cycles: number[] = [];
  for (let lastPort = 31_998; lastPort > 31_993; lastPort--) {
    cluster.shrinkAgents(agents, lastPort);
    cycles.push(timed(() => expectOffers(cluster, 0))[1]);
  }
  return median(cycles);
}

function expectOffers(cluster: AllocatorCluster, count: number): void {
  const { length } = cluster.cycle();
  if (length !== count) throw new Error(`${length} offers, where ${count} were expected`);
}

/** Many roles with a small quota and some with a large one, which together need two agents of three. */
export function quotas(small: number, large: number): Figures {
  const cluster = new AllocatorCluster();
  const [smallRole, largeRole] = [(i: number) => `small-${i}`, (i: number) => `large-${i}`];
  const half = parseQuantities("cpus:12;mem:2048;disk:2048");
  const three = parseQuantities("cpus:36;mem:6144;disk:6144");
  cluster.setQuotas(small, smallRole, { guarantees: half, limits: half });
  cluster.setQuotas(large, largeRole, { guarantees: three, limits: three });
  cluster.addFrameworks(small, smallRole, "small");
  cluster.addFrameworks(large, largeRole, "large");
  cluster.addAgents(small + large);
  const [allocations, full] = timed(() => cluster.cycle());
  const [, firstIdle] = timed(() => cluster.cycle());
  const [idle, nothingToOffer] = timed(() => cluster.cycle());
  if (idle.length > 0) throw new Error("more than the quotas was offered");
  return {
    fullMs: full,
    firstIdleMs: firstIdle,
    idleMs: nothingToOffer,
    offers: allocations.length,
  };
}

interface Workload {
  readonly frameworks: number;
  readonly tasks: number;
  readonly task: string;
  readonly tasksPerOffer: number;
}
const workloads: Readonly<Record<string, Workload>> = {
  marathon: { frameworks: 4, tasks: 4_000, task: "cpus:0.07;mem:400", tasksPerOffer: 100 },
  jenkins: { frameworks: 500, tasks: 5, task: "cpus:0.1;mem:4000", tasksPerOffer: 1 },
  spark: { frameworks: 50, tasks: 20, task: "cpus:1;mem:1000", tasksPerOffer: 5 },
};

/** Three kinds of frameworks launch 19,500 tasks in all; what an offer has left is declined for 5 s. */
export function multiFramework(): Figures {
  const cluster = new AllocatorCluster();
  cluster.addAgents(80, "cpus:64;mem:488000");
  const waiting = new Map<string, number>();
  for (const [name, { frameworks, tasks }] of Object.entries(workloads)) {
    cluster.addFrameworks(frameworks, () => name, name);
    for (let i = 0; i < frameworks; i++) waiting.set(`${name}-${i}`, tasks);
  }
  let rounds = 0;
  let launched = 0;
  const [, cpu] = timed(() => {
    while (waiting.size > 0 && rounds < 10_000) {
      rounds++;
      for (const allocation of cluster.cycle()) {
        const { frameworkId, role, resources } = allocation;
        const { task, tasksPerOffer } = workloads[role] as Workload;
        const one = Resources.parse(task).allocate(role);
        let rest = resources;
        let left = waiting.get(frameworkId) ?? 0;
        for (let i = 0; i < tasksPerOffer && left > 0 && rest.contains(one); i++, left--) {
          rest = rest.minus(one);
          launched++;
        }
        cluster.decline({ ...allocation, resources: rest }, 5_000);
        if (left > 0) waiting.set(frameworkId, left);
        else {
          waiting.delete(frameworkId);
          cluster.allocator.suppressOffers(frameworkId, []);
        }
      }
    }
  });
  return { allMs: cpu, cycles: rounds, launched };
}
