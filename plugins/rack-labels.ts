import { z } from "zod";
import { definePlugin } from "../core/kernel/plugin.js";

/** Labels every launched task with an attribute of its agent, so that tools see where in the building it runs. */
export default definePlugin({
  name: "rack-labels",
  apiVersion: 1,
  description: "Labels every launched task with an attribute of its agent",
  parameters: {
    schema: z.object({
      attribute: z.string().min(1).default("rack"),
      label: z.string().min(1).default("rack"),
    }),
  },
  master(hooks, { parameters: { attribute, label } }) {
    hooks.launchTaskLabels.tap("rack-labels", ({ labels = [] }, _task, _framework, agent) => {
      const value = agent.attributes?.find(({ name }) => name === attribute)?.text?.value;
      return { labels: value === undefined ? labels : [...labels, { key: label, value }] };
    });
  },
});
