import { expect } from "chai";
import { until } from "../../../integration/testing/http-client.js";
import { SharedAnswers } from "./shared-answers.js";

describe("SharedAnswers", () => {
  it("makes one answer for all who ask before it is begun, and another for those after", async () => {
    const answers = new SharedAnswers<number>();
    const finish: (() => void)[] = [];
    const make = () =>
      new Promise<number>((resolve) => {
        const number = finish.length + 1;
        finish.push(() => resolve(number));
      });
    const first = [answers.get("a", make), answers.get("a", make)];
    const other = answers.get("b", async () => 99);
    await until(() => finish.length === 1);
    const second = [answers.get("a", make), answers.get("a", make)];
    expect(await other).to.equal(99);
    finish[0]?.();
    expect(await Promise.all(first)).to.deep.equal([1, 1]);
    await until(() => finish.length === 2);
    finish[1]?.();
    expect(await Promise.all(second)).to.deep.equal([2, 2]);
    const third = answers.get("a", make);
    await until(() => finish.length === 3);
    finish[2]?.();
    expect(await third).to.equal(3);
  });

  it("fails for those who shared what failed, and for nobody else", async () => {
    const answers = new SharedAnswers<string>();
    const failing = answers.get("a", () => Promise.reject(new Error("no")));
    expect(await failing.catch((error: Error) => error.message)).to.equal("no");
    expect(await answers.get("a", async () => "yes")).to.equal("yes");
  });
});
