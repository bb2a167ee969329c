/** A scheduler to be killed: `node … MASTER TASK=COMMAND…`. It acknowledges nothing, and tells of every update. */
import { Resources } from "../../core/resources/resources.js";
import { TestScheduler } from "../testing/test-scheduler.js";

const [master = "", ...tasks] = process.argv.slice(2);

const scheduler = await TestScheduler.start({
  master,
  acknowledge: false,
  onUpdate: ({ task_id, uuid, state }) =>
    console.log(JSON.stringify({ event: "update", taskId: task_id.value, uuid, state })),
});
console.log(JSON.stringify({ event: "subscribed", frameworkId: scheduler.frameworkId }));
scheduler.run(
  tasks.map((text) => {
    const [taskId = "", command = ""] = text.split("=");
    return { taskId, command, resources: Resources.parse("cpus:0.5;mem:64") };
  }),
);
