import { expect } from "chai";
import { executorCall, executorEvent } from "../../core/protocol/codecs.js";
import { MAX_RECORD_BYTES } from "../../core/protocol/limits.js";
import { RecordDecoder } from "../../core/protocol/recordio.js";
import type { executor, v1 } from "../../core/protocol/v1.js";
import { Resources } from "../../core/resources/resources.js";
import { eventually } from "../contracts/processes.js";
import { TestClient } from "../testing/http-client.js";
import { TestCluster } from "../testing/test-cluster.js";
import { TestScheduler } from "../testing/test-scheduler.js";

const PATH = "/slave(1)/api/v1/executor";
const protobuf = "application/x-protobuf";

/** The executor API by hand, in protobuf. */
class ProtobufExecutor {
  private readonly client: TestClient;
  private readonly events: executor.Event[] = [];

  constructor(
    port: number,
    private readonly ids: Pick<executor.Call, "framework_id" | "executor_id">,
  ) {
    this.client = new TestClient(port);
  }

  private post(call: Omit<executor.Call, "framework_id" | "executor_id">) {
    const body = Buffer.from(executorCall.encodeProtobuf({ ...call, ...this.ids }));
    return this.client.post(PATH, body, { "content-type": protobuf, accept: protobuf });
  }

  async subscribe(): Promise<void> {
    const response = await this.post({ type: "SUBSCRIBE", subscribe: {} });
    expect(response.statusCode).to.equal(200);
    expect(response.headers["content-type"]).to.equal(protobuf);
    const decoder = new RecordDecoder(MAX_RECORD_BYTES);
    response.on("data", (chunk: Buffer) => {
      for (const record of decoder.push(chunk))
        this.events.push(executorEvent.decodeProtobuf(record));
    });
  }

  async call(call: Omit<executor.Call, "framework_id" | "executor_id">): Promise<void> {
    const response = await this.post(call);
    response.resume();
    expect(response.statusCode).to.equal(202);
  }

  update(taskId: string, state: v1.TaskState, uuid: string): Promise<void> {
    const status = { task_id: { value: taskId }, state, uuid, source: "SOURCE_EXECUTOR" } as const;
    return this.call({ type: "UPDATE", update: { status } });
  }

  event(type: executor.Event.Type): Promise<executor.Event> {
    return eventually(`${type} has come`, async () =>
      this.events.find((event) => event.type === type),
    );
  }

  dispose(): void {
    this.client.dispose();
  }
}

describe("an executor that speaks protobuf", function () {
  this.timeout(90_000);
  let cluster: TestCluster;
  let scheduler: TestScheduler | undefined;
  let subject: ProtobufExecutor | undefined;

  before(async () => {
    cluster = await TestCluster.start();
  });

  after(async () => {
    subject?.dispose();
    scheduler?.dispose();
    await cluster?.dispose();
  });

  it("runs a task, is acknowledged, exchanges messages, kills and is shut down", async () => {
    const { master, agent } = cluster;
    scheduler = await TestScheduler.start({ master: master.url });
    // The process that the agent starts only stands for the executor, which is this one.
    scheduler.run([
      {
        taskId: "task",
        command: "exec sleep 1000",
        resources: Resources.parse("cpus:0.1;mem:16"),
        executor: { executorId: "executor", resources: Resources.parse("cpus:0.1;mem:32") },
      },
    ]);
    await eventually("the executor is known", async () => {
      const { frameworks } = await agent.get<{
        readonly frameworks: readonly { readonly executors: readonly object[] }[];
      }>("/state");
      return frameworks[0]?.executors.length === 1 ? true : undefined;
    });
    const executorId = { value: "executor" };
    const frameworkId = { value: scheduler.frameworkId ?? "" };
    subject = new ProtobufExecutor(agent.port, {
      framework_id: frameworkId,
      executor_id: executorId,
    });
    await subject.subscribe();
    const { subscribed } = await subject.event("SUBSCRIBED");
    expect(subscribed?.framework_info.id).to.deep.equal(frameworkId);
    const { launch } = await subject.event("LAUNCH");
    expect(launch?.task.task_id).to.deep.equal({ value: "task" });

    const uuid = Buffer.from("0123456789abcdef").toString("base64");
    await subject.update("task", "TASK_RUNNING", uuid);
    const { acknowledged } = await subject.event("ACKNOWLEDGED");
    expect(acknowledged).to.deep.equal({ task_id: { value: "task" }, uuid });

    const agentId = launch?.task.agent_id ?? { value: "" };
    const data = Buffer.from("a question").toString("base64");
    await scheduler.client.call({
      type: "MESSAGE",
      message: { agent_id: agentId, executor_id: executorId, data },
    });
    const { message } = await subject.event("MESSAGE");
    expect(message).to.deep.equal({ data });
    const answer = Buffer.from("an answer").toString("base64");
    await subject.call({ type: "MESSAGE", message: { data: answer } });
    const heard = await eventually("the answer has come", async () => scheduler?.messages[0]);
    expect(heard).to.deep.equal({ agent_id: agentId, executor_id: executorId, data: answer });

    await scheduler.client.kill({ value: "task" });
    expect((await subject.event("KILL")).kill?.task_id).to.deep.equal({ value: "task" });
    await subject.update("task", "TASK_KILLED", Buffer.from("fedcba9876543210").toString("base64"));
    const states = await scheduler.ended(["task"]);
    expect(states.get("task")).to.deep.equal(["TASK_RUNNING", "TASK_KILLED"]);
    await scheduler.client.call({
      type: "SHUTDOWN",
      shutdown: { agent_id: agentId, executor_id: executorId },
    });
    await subject.event("SHUTDOWN");
  });
});
