import { expect } from "chai";
import { Resources } from "../../../core/resources/resources.js";
import { FilterTable } from "./filters.js";

describe("FilterTable", () => {
  it("keeps a bundle until the last of the filters on it ends", () => {
    const filters = new FilterTable();
    const add = (refused: string, untilMs: number) =>
      filters.add(0, { refused: Resources.parse(refused), untilMs, generation: 0 }, 0);
    add("cpus:2", 9_000);
    add("cpus:1;mem:64", 60_000);
    add("cpus:1;mem:32", 5_000);
    const keptUntil = (bundle: string, nowMs: number) =>
      filters.keptUntil(0, 0, Resources.parse(bundle), nowMs);
    expect(keptUntil("cpus:1;mem:32", 0)).to.equal(60_000);
    expect(keptUntil("cpus:1", 0)).to.equal(60_000);
    expect(keptUntil("cpus:2", 0)).to.equal(9_000);
    expect(keptUntil("cpus:1;mem:32", 60_000)).to.equal(0);
  });
});
