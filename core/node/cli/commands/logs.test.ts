import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { json } from "node:stream/consumers";
import { expect } from "chai";
import { toBase64 } from "../../../protocol/base64.js";
import type { agent, master, v1 } from "../../../protocol/v1.js";
import { main } from "../main.js";

const printed = Buffer.from("one\ntwo\n");

describe("dasmos logs -f", () => {
  let state: v1.TaskState;
  let hasFile: boolean;

  /** One server is the master and the agent of task `t`. */
  const server = createServer((request, response) => {
    void json(request).then((call) => {
      const answer = answerTo(call as master.Call | agent.Call);
      response.statusCode = answer === undefined ? 404 : 200;
      response.setHeader("content-type", "application/json");
      response.end(JSON.stringify(answer ?? {}));
    });
  });
  const address = () => `127.0.0.1:${(server.address() as AddressInfo).port}`;
  before((done) => void server.listen(0, "127.0.0.1", done));
  after((done) => void server.close(done));

  function answerTo(call: master.Call | agent.Call): object | undefined {
    const { type } = call;
    if (type === "GET_TASKS") {
      const ids = {
        task_id: { value: "t" },
        framework_id: { value: "f" },
        agent_id: { value: "a" },
      };
      const task = { ...ids, name: "t", state, resources: [] };
      return { type, get_tasks: { completed_tasks: [task] } };
    }
    if (type === "GET_AGENTS") {
      const agent_info = { id: { value: "a" }, hostname: "localhost" };
      const one = { agent_info, active: true, version: "1", pid: `slave(1)@${address()}` };
      return { type, get_agents: { agents: [one] } };
    }
    if (!hasFile || !("read_file" in call)) return undefined;
    const data = toBase64(printed.subarray(call.read_file?.offset ?? 0));
    return { type, read_file: { size: printed.length, data } };
  }

  async function follow(): Promise<{ code: number; out: string; err: string }> {
    const chunks: (string | Uint8Array)[] = [];
    let err = "";
    const code = await main(["logs", "-f", "t", "--master", `http://${address()}`], {
      environment: {},
      out: (chunk) => void chunks.push(chunk),
      err: (text) => void (err += text),
    });
    return { code, out: chunks.map((chunk) => Buffer.from(chunk).toString()).join(""), err };
  }

  for (const end of ["TASK_FINISHED", "TASK_LOST", "TASK_GONE", "TASK_GONE_BY_OPERATOR"] as const)
    it(`ends well once all that a task printed has been read: ${end}`, async () => {
      [state, hasFile] = [end, true];
      expect(await follow()).to.deep.equal({ code: 0, out: "one\ntwo\n", err: "" });
    });

  it("fails when the agent of a lost task does not give the rest", async () => {
    [state, hasFile] = ["TASK_LOST", false];
    const { code, out, err } = await follow();
    expect([code, out]).to.deep.equal([1, ""]);
    expect(err).to.match(/^error: task 't' is TASK_LOST: what else it prints cannot be had/);
  });

  it("fails when the task is unreachable, because it may go on where nobody sees it", async () => {
    [state, hasFile] = ["TASK_UNREACHABLE", true];
    const { code, out, err } = await follow();
    expect([code, out]).to.deep.equal([1, "one\ntwo\n"]);
    expect(err).to.match(/^error: task 't' is TASK_UNREACHABLE: /);
  });
});
