import { expect } from "chai";
import { injectable } from "inversify";
import { z } from "zod";
import { inject, serviceToken } from "../base/service-token.js";
import type { Isolator } from "../contracts/isolator.js";
import { defineModule, isModuleName, moduleMark } from "./module.js";
import { definePlugin } from "./plugin.js";

interface Shares {
  readonly perCpu: number;
}
const Shares = serviceToken<Shares>("test/Shares");
const schema = z.object({ perCpu: z.number().default(1024) });

@injectable()
class SharesIsolator implements Isolator {
  constructor(@inject(Shares) readonly shares: Shares) {}
  async cleanup(): Promise<void> {}
}
class NoIsolator {
  launch(): void {}
}
class WrongIsolator {
  cleanup(): number {
    return 1;
  }
}
const isolator = { kind: "isolator", name: "shares", apiVersion: 1 } as const;

describe("defineModule", () => {
  it("marks what it has checked", () => {
    const parameters = { token: Shares, schema };
    const module = defineModule({
      ...isolator,
      stage: "runtime",
      parameters,
      implementation: SharesIsolator,
    });
    expect(module).to.deep.equal({
      ...isolator,
      stage: "runtime",
      parameters,
      implementation: SharesIsolator,
      [moduleMark]: true,
    });
  });

  it("does not compile for what is not a module", () => {
    // @ts-expect-error no such kind
    defineModule({ ...isolator, kind: "isolatr", implementation: SharesIsolator });
    // @ts-expect-error a class that has nothing of an isolator
    defineModule({ ...isolator, implementation: NoIsolator });
    // @ts-expect-error a method of another type
    defineModule({ ...isolator, implementation: WrongIsolator });
    // @ts-expect-error a class of another kind
    defineModule({ ...isolator, kind: "allocator", implementation: SharesIsolator });
    defineModule({
      ...isolator,
      // @ts-expect-error a schema that does not fit the token
      parameters: { token: Shares, schema: z.object({ perCore: z.number() }) },
      implementation: SharesIsolator,
    });
    defineModule({
      ...isolator,
      kind: "fetcher",
      // @ts-expect-error a stage is for isolators
      stage: "runtime",
      implementation: class {
        async fetch(): Promise<void> {}
        kill(): void {}
      },
    });
  });
});

describe("definePlugin", () => {
  it("types its parameters by their schema", () => {
    definePlugin({
      name: "shares",
      apiVersion: 1,
      parameters: { schema },
      master(hooks, { parameters }) {
        hooks.agentLost.tap("shares", () => void (parameters.perCpu + 1));
        // @ts-expect-error no such parameter
        void parameters.perCore;
      },
    });
  });
});

describe("isModuleName", () => {
  it("takes paths of plain segments and nothing that leaves a folder", () => {
    const names = ["posix", "cgroups/cpu", "a_b/c-d", "0"];
    const others = [
      "",
      "/a",
      "a/",
      "a//b",
      "../a",
      "a/../b",
      ".",
      "A",
      "-a",
      "a.js",
      "a\n",
      "a\\b",
    ];
    expect([...names, ...others].filter(isModuleName)).to.deep.equal(names);
  });
});
