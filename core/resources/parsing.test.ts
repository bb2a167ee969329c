import { expect } from "chai";
import { parseAttributes } from "./attributes.js";
import { detectResources } from "./detection.js";
import { parseMinAllocatable } from "./quantities.js";
import { Resources } from "./resources.js";
import { ancestorRoles, invalidRole, isAncestorRole } from "./roles.js";

const GIBIBYTE = 1024 ** 3;

describe("parseAttributes", () => {
  it("tells scalars, ranges and texts apart, keeps the order, and splits at the first colon", () => {
    expect(parseAttributes("rack:r1;level:10.5\nports:[1-2];url:http://a;rack:r2")).to.deep.equal([
      { name: "rack", type: "TEXT", text: { value: "r1" } },
      { name: "level", type: "SCALAR", scalar: { value: 10.5 } },
      { name: "ports", type: "RANGES", ranges: { range: [{ begin: 1, end: 2 }] } },
      { name: "url", type: "TEXT", text: { value: "http://a" } },
      { name: "rack", type: "TEXT", text: { value: "r2" } },
    ]);
  });

  it("reads the JSON form", () => {
    const attributes = [
      { name: "rack", type: "TEXT", text: { value: "a;b:c" } },
      { name: "level", type: "SCALAR", scalar: { value: 10.5 } },
      { name: "ports", type: "RANGES", ranges: { range: [{ begin: 1, end: 2 }] } },
    ];
    expect(parseAttributes(` ${JSON.stringify(attributes)}`)).to.deep.equal(attributes);
  });

  it("says which entry of the JSON form is not as it must be", () => {
    const problems = [
      "[",
      "[1]",
      '[{"name":"","type":"TEXT","text":{"value":"x"}}]',
      '[{"name":"a","type":"SET","set":{"item":["x"]}}]',
      '[{"name":"a","type":"SCALAR","scalar":{"value":"1"}}]',
      '[{"name":"a","type":"TEXT","scalar":{"value":1}}]',
      '[{"name":"a","type":"TEXT","text":{}}]',
      '[{"name":"a","type":"RANGES","ranges":{"range":[{"begin":2,"end":1}]}}]',
    ].map((text) => {
      try {
        return parseAttributes(text);
      } catch (error) {
        return String(error).replace(/(not valid JSON).*/, "$1");
      }
    });
    expect(problems).to.deep.equal([
      'KernelError: attribute "[": not valid JSON',
      'KernelError: attribute "[1]": expected an array of objects with "name" and "type"',
      'KernelError: attribute "[0]": name: must not be empty',
      'KernelError: attribute "[0] a": type: expected SCALAR, RANGES or TEXT',
      'KernelError: attribute "[0] a": scalar.value: must be a number',
      'KernelError: attribute "[0] a": scalar: must not be set with type TEXT',
      'KernelError: attribute "[0] a": text.value: must be a text',
      'KernelError: attribute "[0] a": ranges.range[0]: 2-1 ends before it begins',
    ]);
  });

  it("refuses sets and pairs without a value", () => {
    expect(() => parseAttributes("a:{x}")).to.throw(
      'attribute "a:{x}": an attribute cannot be a set',
    );
    expect(() => parseAttributes("rack")).to.throw('attribute "rack": expected "name:value"');
    expect(() => parseAttributes("rack:")).to.throw("the value is empty");
  });
});

describe("Resources.parse", () => {
  it("reads the JSON form", () => {
    const json = JSON.stringify([
      { name: "cpus", type: "SCALAR", scalar: { value: 2 }, role: "ads" },
    ]);
    expect(Resources.parse(json).equals(Resources.parse("cpus(ads):2"))).to.equal(true);
  });

  it("leaves unreserved what is given to the role *, whatever the default role", () => {
    const parsed = Resources.parse("cpus(*):4;mem:64;disk(ads):5", "web").toString();
    expect(parsed).to.equal("cpus:4; disk(ads):5; mem(web):64");
    expect(Resources.parse("cpus(*):4").equals(Resources.parse("cpus:4"))).to.equal(true);
  });

  it("refuses what comes about at run time alone", () => {
    const cpus = { name: "cpus", type: "SCALAR", scalar: { value: 2 } };
    const refusals = [
      { ...cpus, revocable: {} },
      { ...cpus, allocation_info: { role: "a" } },
      { ...cpus, role: "a", reservation: {} },
      { ...cpus, name: "disk", disk: { source: { type: "RAW" } } },
    ].map((one) => {
      try {
        Resources.parse(JSON.stringify([one]));
        return undefined;
      } catch (error) {
        return String(error).replace(/.*": /, "");
      }
    });
    expect(refusals).to.deep.equal([
      "cpus: revocable resources cannot be configured",
      "cpus: allocation_info cannot be configured",
      "cpus: a dynamic reservation cannot be configured",
      "disk: a RAW disk cannot be configured",
    ]);
  });

  it("refuses one name with two types, negative amounts and bad JSON", () => {
    expect(() => Resources.parse("a:1;a:[1-2]")).to.throw("type RANGES, but SCALAR elsewhere");
    expect(() => Resources.parse("cpus:-1")).to.throw("-1 is negative");
    expect(() => Resources.parse("[{]")).to.throw("not valid JSON");
    const odd = '[{"name":"cpus","type":"SCALAR","scalar":{"value":1},"reservations":5}]';
    expect(() => Resources.parse(odd)).to.throw("not a list of resources");
  });
});

describe("detectResources", () => {
  it("takes all but a part of memory and disk, or half where there is little", () => {
    const facts = { cpus: 8, memoryBytes: 16 * GIBIBYTE, diskBytes: 100 * GIBIBYTE };
    expect(detectResources("", "*", facts).toString()).to.equal(
      "cpus:8; disk:97280; mem:15360; ports:[31000-32000]",
    );
    const small = { cpus: 1, memoryBytes: GIBIBYTE, diskBytes: 8 * GIBIBYTE };
    expect(detectResources("", "*", small).toString()).to.equal(
      "cpus:1; disk:4096; mem:512; ports:[31000-32000]",
    );
    expect(detectResources("", "ads", {}).toString()).to.equal(
      "cpus(ads):1; disk(ads):10240; mem(ads):1024; ports(ads):[31000-32000]",
    );
  });

  it("leaves alone what is given, in whichever role, even 0", () => {
    const text = "cpus(ads):2;disk:0;ports:[1-2];mem:5";
    expect(detectResources(text, "*", { cpus: 8 }).toString()).to.equal(
      "cpus(ads):2; mem:5; ports:[1-2]",
    );
    expect(detectResources("cpus(*):2;disk:0;ports(*):[1-2];mem:5", "ads", {}).toString()).to.equal(
      "cpus:2; mem(ads):5; ports:[1-2]",
    );
  });
});

describe("parseMinAllocatable", () => {
  it("reads alternatives", () => {
    expect(parseMinAllocatable("cpus:0.01;disk:5|mem:32").map((one) => [...one])).to.deep.equal([
      [
        ["cpus", 10],
        ["disk", 5_000],
      ],
      [["mem", 32_000]],
    ]);
    expect(() => parseMinAllocatable("cpus:x")).to.throw('quantity "cpus:x"');
  });
});

describe("roles", () => {
  it("refuses names that could not be told apart or be paths", () => {
    const names = [
      "*",
      "a",
      "a/b",
      "a-b",
      "",
      "/a",
      "a/",
      "a//b",
      ".",
      "a/..",
      "a/*",
      "-a",
      "a b",
      "a\x7f",
    ];
    expect(names.filter((name) => invalidRole(name) === undefined)).to.deep.equal([
      "*",
      "a",
      "a/b",
      "a-b",
    ]);
  });

  it("knows ancestors", () => {
    expect(ancestorRoles("a/b/c")).to.deep.equal(["a/b", "a"]);
    expect(isAncestorRole("a", "a/b")).to.equal(true);
    expect([isAncestorRole("a", "a"), isAncestorRole("a", "ab")]).to.deep.equal([false, false]);
  });
});
