import { expect } from "chai";
import { table } from "./table.js";

describe("table", () => {
  it("makes columns as wide as they need to be, and shows what is missing", () => {
    expect(
      table(
        ["id", "name"],
        [
          ["long-id", "a"],
          ["b", undefined],
        ],
      ),
    ).to.equal("ID       NAME\nlong-id  a\nb        -\n");
  });

  it("lets no value do anything to the terminal", () => {
    expect(table(["name"], [["a\u001b[31m\nb\u0007"]])).to.equal("NAME\na [31m b\n");
  });
});
