import { Resources } from "../../core/resources/resources.js";
import { AllocatorCluster, type Roles, roleOf, timed } from "./allocator-cluster.js";
import type { Figures } from "./benchmark.js";

const EVENTS = 500;

/** Agents come, all at once or each followed by its own run, and go again while all they have is on offer. */
export function comeAndGo(agents: number, frameworks: number, roles: Roles): Figures {
  const cluster = new AllocatorCluster();
  cluster.addFrameworks(frameworks, roleOf(roles));
  const [offers, atOnce] = timed(() => {
    cluster.addAgents(agents);
    return cluster.cycle().length;
  });
  const [, removing] = timed(() => cluster.removeAgents(agents));
  const [, oneByOne] = timed(() => {
    for (let i = 0; i < agents; i++) {
      cluster.addAgent(i);
      cluster.run();
    }
  });
  return { addAndOfferMs: atOnce, addAndOfferOneByOneMs: oneByOne, removeMs: removing, offers };
}

/**
 * All but one framework of a hundred suppress offers, and later revive them, while others hold all there is; each call is
 * followed by a run, as in a master. In between, all is offered to those that are left, or to everyone, and declined.
 */
export function suppressStorm(agents: number, frameworks: number, roles: Roles): Figures {
  const cluster = new AllocatorCluster();
  cluster.addFrameworks(frameworks, roleOf(roles));
  cluster.addAgents(agents);
  let offered = cluster.cycle();
  const each = (call: (frameworkId: string) => void) => {
    for (let i = 0; i < frameworks; i++) {
      if (i % 100 === 0) continue;
      call(`framework-${i}`);
      cluster.run();
    }
  };
  const declineAndOffer = () => {
    for (const allocation of offered) cluster.decline(allocation, 0);
    offered = cluster.cycle();
  };
  const [, suppressing] = timed(() => each((id) => cluster.allocator.suppressOffers(id, [])));
  const [, toFew] = timed(declineAndOffer);
  const [, reviving] = timed(() => each((id) => cluster.allocator.reviveOffers(id, [])));
  const [, toAll] = timed(declineAndOffer);
  return {
    stormMs: suppressing + toFew + reviving + toAll,
    suppressMs: suppressing,
    reviveMs: reviving,
    declineAndOfferToFewMs: toFew,
    declineAndOfferToAllMs: toAll,
    offers: offered.length,
  };
}

/** What one event costs, with the run that follows it, while all there is has been offered. */
export function events(agents: number, frameworks: number, roles: Roles): Figures {
  const cluster = new AllocatorCluster();
  cluster.addFrameworks(frameworks, roleOf(roles));
  cluster.addAgents(agents);
  const offers = cluster.cycle();
  const eachUs = (work: (turn: number) => void) => {
    const [, spent] = timed(() => {
      for (let i = 0; i < EVENTS; i++) work(i);
    });
    return (spent * 1_000) / EVENTS;
  };
  const task = new Map(offers.slice(0, EVENTS).map(({ role }) => [role, taskOf(role)]));
  const taskEnd = eachUs((i) => {
    const { frameworkId, agentId, role } = offers[i % offers.length] ?? {};
    if (frameworkId === undefined || agentId === undefined || role === undefined) return;
    const ended = task.get(role) ?? taskOf(role);
    cluster.allocator.recoverResources(frameworkId, agentId, ended, { allocated: true }, 0);
    cluster.cycle();
  });
  const decline = eachUs((i) => {
    const offer = offers[EVENTS + i];
    if (offer !== undefined) cluster.decline(offer, 5_000);
    cluster.cycle();
  });
  const addFramework = eachUs((i) => {
    cluster.addFramework(`new-${i}`, roles === "one role" ? "role" : `new-${i}`);
    cluster.run();
  });
  const addAgent = eachUs((i) => {
    cluster.addAgent(agents + i);
    cluster.run();
  });
  return {
    declineUs: decline,
    taskEndUs: taskEnd,
    addFrameworkUs: addFramework,
    addAgentUs: addAgent,
  };
}

function taskOf(role: string): Resources {
  return Resources.parse("cpus:1;mem:100").allocate(role);
}
