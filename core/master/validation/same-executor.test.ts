import { expect } from "chai";
import type { v1 } from "../../protocol/v1.js";
import { sameExecutor } from "./same-executor.js";

type Rest = Partial<v1.ExecutorInfo>;

function executor(more: Rest): v1.ExecutorInfo {
  return { executor_id: { value: "e1" }, type: "CUSTOM", ...more };
}
function command(more: Partial<v1.CommandInfo>): Rest {
  return { command: { value: "true", ...more } };
}
function variables(...all: v1.Environment.Variable[]): Rest {
  return command({ environment: { variables: all } });
}
function labels(...keys: string[]): Rest {
  return { labels: { labels: keys.map((key) => ({ key })) } };
}
function cpusAndMem(...names: string[]): Rest {
  return { resources: names.map((name) => ({ name, type: "SCALAR", scalar: { value: 1 } })) };
}
function uri(value: string, more: Partial<v1.CommandInfo.URI> = {}): v1.CommandInfo.URI {
  return { value, ...more };
}

describe("sameExecutor", () => {
  const same: readonly [string, Rest, Rest][] = [
    ["fields", { name: "n", source: "s" }, { source: "s", name: "n" }],
    ["the order of resources", cpusAndMem("cpus", "mem"), cpusAndMem("mem", "cpus")],
    ["the order of labels", labels("a", "b"), labels("b", "a")],
    [
      "the order of labels within",
      { discovery: { visibility: "CLUSTER", ...labels("a", "b") } },
      { discovery: { visibility: "CLUSTER", ...labels("b", "a") } },
    ],
    [
      "the order of environment variables",
      variables({ name: "A", value: "1" }, { name: "B", value: "2" }),
      variables({ value: "2", name: "B" }, { name: "A", value: "1" }),
    ],
    [
      "the order of URIs",
      command({ uris: [uri("a"), uri("b")] }),
      command({ uris: [uri("b"), uri("a")] }),
    ],
    ["a default written out", command({ shell: true }), command({})],
    [
      "a default written out within",
      variables({ name: "A", type: "VALUE", value: "1" }),
      variables({ name: "A", value: "1" }),
    ],
    [
      "a default written out in a list",
      command({ uris: [uri("a", { extract: true })] }),
      command({ uris: [uri("a")] }),
    ],
    ["empty lists", { ...command({ uris: [] }), labels: {} }, command({})],
    ["empty lists within", variables(), command({})],
  ];
  for (const [what, a, b] of same)
    it(`looks past ${what}`, () => {
      expect([
        sameExecutor(executor(a), executor(b)),
        sameExecutor(executor(b), executor(a)),
      ]).to.deep.equal([true, true]);
    });

  const different: readonly [string, Rest, Rest][] = [
    ["a name", { name: "a" }, { name: "b" }],
    ["a name that is missing", { name: "a" }, {}],
    ["resources", cpusAndMem("cpus"), cpusAndMem("mem")],
    ["labels", labels("a", "b"), labels("a", "c")],
    ["a label that is there twice", labels("a", "a"), labels("a")],
    ["what is no default", command({ shell: false }), command({})],
    [
      "the order of arguments",
      command({ arguments: ["a", "b"] }),
      command({ arguments: ["b", "a"] }),
    ],
    ["where arguments end", command({ arguments: ["a,b"] }), command({ arguments: ["a", "b"] })],
    [
      "a variable's value",
      variables({ name: "A", value: "1" }),
      variables({ name: "A", value: "2" }),
    ],
    [
      "a message that is there",
      { container: { type: "MESOS", tty_info: {} } },
      { container: { type: "MESOS" } },
    ],
  ];
  for (const [what, a, b] of different)
    it(`sees ${what}`, () => {
      expect(sameExecutor(executor(a), executor(b))).to.equal(false);
    });
});
