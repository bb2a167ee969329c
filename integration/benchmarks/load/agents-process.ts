import "reflect-metadata";
import { EmulatedAgents } from "./emulated-agents.js";
import type { AgentsOrder, AgentsReply } from "./orders.js";

/** The process of the emulated agents. */
const reply = (message: AgentsReply): void => void process.send?.(message);
const agents = new EmulatedAgents({
  onAllRegistered: () => reply({ type: "REGISTERED" }),
  onReached: () => reply({ type: "REACHED" }),
});

process.on("message", (order: AgentsOrder) => {
  switch (order.type) {
    case "CONNECT":
      return agents.connect(order.url, order.agents, order.cpus);
    case "POLICY":
      return agents.setPolicy(order.policy, order.notifyAt);
    case "COUNT":
      return reply({ type: "COUNTED", count: agents.count() });
  }
});
process.on("disconnect", () => process.exit(0));
