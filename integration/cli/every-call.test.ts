import { type IncomingMessage, request } from "node:http";
import { expect } from "chai";
import { SeededRandom } from "../../core/base/random.js";
import { enums } from "../../core/protocol/generated/schema.js";
import { type MessageName, planOf } from "../../core/protocol/plan.js";
import { randomMessage } from "../testing/random-message.js";
import { LocalCluster } from "./local-cluster.js";

const random = new SeededRandom(20);
const ROUNDS = 12;
const LIMIT_MS = 5_000;

type Json = Readonly<Record<string, unknown>>;

interface Answer {
  readonly status: number;
  /** Of a stream only its beginning. */
  readonly text: string;
  readonly streamId: string | undefined;
}

const responses: IncomingMessage[] = [];

/** Posts a call and resolves to the answer; a stream counts as answered once its headers are here. */
function post(
  url: string,
  call: Json,
  headers: Readonly<Record<string, string>> = {},
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const sent = request(
      url,
      {
        method: "POST",
        timeout: LIMIT_MS,
        headers: { "content-type": "application/json", accept: "application/json", ...headers },
      },
      (response) => void read(response).then(resolve, reject),
    );
    sent.on("timeout", () => sent.destroy(new Error(`no answer to ${JSON.stringify(call)}`)));
    sent.on("error", reject);
    sent.end(JSON.stringify(call));
  });
}

/** A stream stays open until the end of the tests. */
async function read(response: IncomingMessage): Promise<Answer> {
  const { statusCode: status = 0, headers } = response;
  const streamId = headers["mesos-stream-id"]?.toString();
  responses.push(response);
  const chunks: Buffer[] = [];
  await new Promise<void>((resolve, reject) => {
    response.on("data", (chunk: Buffer) => {
      chunks.push(chunk);
      if (streamId !== undefined) resolve();
    });
    response.on("end", resolve).on("error", reject);
  });
  return { status, text: Buffer.concat(chunks).toString("utf8"), streamId };
}

function typesOf(api: string): readonly string[] {
  return Object.keys(enums[`mesos.v1.${api}.Call.Type`] ?? {});
}

/** A call of a type with a member of its own, of which nothing but the form is right. */
function randomCall(api: string, type: string): Json {
  const member = type.toLowerCase();
  const name = `mesos.v1.${api}.Call.${pascalCase(member)}` as MessageName;
  const field = planOf(`mesos.v1.${api}.Call` as MessageName).fields.find(
    (one) => one.name === member,
  );
  return field === undefined ? { type } : { type, [member]: randomMessage(planOf(name), random) };
}

function pascalCase(name: string): string {
  return name.replace(/(?:^|_)([a-z])/g, (_, letter: string) => letter.toUpperCase());
}

const refusals = [400, 403, 404, 409, 501];

describe("every call of the schema", function () {
  this.timeout(120_000);
  let cluster: LocalCluster;
  before(async () => {
    cluster = await LocalCluster.start(["--no-demo", "--resources=cpus:2;mem:1024"]);
  });
  after(async () => {
    const { end, stderr } = await cluster.dispose();
    expect(end, stderr).to.equal(0);
    expect(stderr).not.to.match(/ERROR/);
  });

  /** Answered, whatever it says; what is not there is named. */
  function expectAnswer({ status, text }: Answer, call: Json, accepted: readonly number[]): void {
    const type = String(call["type"]);
    expect([...accepted, ...refusals], `${JSON.stringify(call)}: ${status} ${text}`).to.include(
      status,
    );
    if (status >= 400) expect(text, `the reason for ${status}`).not.to.equal("");
    if (status === 501) expect(text).to.match(new RegExp(`^(${type} is not implemented|Unknown)`));
  }

  for (const [api, where] of [
    ["master", () => `${cluster.master}/api/v1`],
    ["agent", () => `${cluster.agents[0]}/api/v1`],
  ] as const)
    it(`is answered by the operator API of the ${api}`, async () => {
      for (const type of typesOf(api)) {
        const calls = [{ type }, ...Array.from({ length: ROUNDS }, () => randomCall(api, type))];
        for (const call of calls) expectAnswer(await post(where(), call), call, [200, 202]);
      }
    });

  it("is answered by the scheduler API", async () => {
    const url = `${cluster.master}/api/v1/scheduler`;
    const framework_info = { user: "root", name: "every-call", failover_timeout: 60 };
    for (const type of typesOf("scheduler")) {
      const subscribed = await post(url, { type: "SUBSCRIBE", subscribe: { framework_info } });
      const id = /"framework_id":\{"value":"([^"]+)"\}/.exec(subscribed.text)?.[1];
      expect([subscribed.status, id]).to.include(200);
      const calls = [
        { type },
        ...Array.from({ length: ROUNDS }, () => randomCall("scheduler", type)),
      ];
      for (const body of calls) {
        const call = { framework_id: { value: id }, ...body };
        const headers: Record<string, string> =
          type === "SUBSCRIBE" ? {} : { "mesos-stream-id": subscribed.streamId ?? "" };
        expectAnswer(await post(url, call, headers), call, [200, 202]);
      }
    }
  });

  it("is answered by the executor API", async () => {
    const url = `${cluster.agents[0]}/api/v1/executor`;
    const ids = { framework_id: { value: "f" }, executor_id: { value: "e" } };
    for (const type of typesOf("executor")) {
      const calls = [
        { type },
        ...Array.from({ length: ROUNDS }, () => randomCall("executor", type)),
      ];
      for (const body of calls) {
        const call = { ...ids, ...body };
        expectAnswer(await post(url, call), call, [202]);
      }
    }
  });

  it("leaves a cluster that runs tasks", async () => {
    for (const response of responses) response.destroy();
    const { end, stdout } = await cluster.run("run", "echo still here");
    expect([end, stdout]).to.deep.equal([0, "still here\n"]);
  });
});
