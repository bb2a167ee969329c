import { definePlugin, type v1, z } from "dasmos";

/** Labels every task that is launched, gives executors a variable, and counts both. */
export default definePlugin({
  name: "job-labels",
  apiVersion: 1,
  description: "Labels every launched task",
  parameters: {
    schema: z.object({ key: z.string().default("job"), value: z.string() }),
  },
  master(hooks, { parameters, logger }) {
    hooks.launchTaskLabels.tap("job-labels", (labels, task) => {
      logger.debug("task labelled", { taskId: task.task_id.value });
      return addLabel(labels, parameters);
    });
  },
  agent(hooks, { parameters }) {
    hooks.executorEnvironment.tap("job-labels", (environment) => ({
      ...environment,
      [`LABEL_${parameters.key.toUpperCase()}`]: parameters.value,
    }));
  },
  routes({ parameters }) {
    return [
      {
        method: "GET",
        path: "/job-labels",
        handle: () => ({ status: 200, body: JSON.stringify(parameters) }),
      },
    ];
  },
});

function addLabel(labels: v1.Labels, label: v1.Label): v1.Labels {
  return { labels: [...(labels.labels ?? []), label] };
}
