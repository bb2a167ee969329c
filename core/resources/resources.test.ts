import { expect } from "chai";
import type { v1 } from "../protocol/v1.js";
import { Resources } from "./resources.js";

const parse = (text: string) => Resources.parse(text);

const volume = (id: string, more: Partial<v1.Resource> = {}): v1.Resource => ({
  name: "disk",
  type: "SCALAR",
  scalar: { value: 64 },
  reservations: [{ type: "DYNAMIC", role: "ads", principal: "ops" }],
  disk: { persistence: { id }, volume: { container_path: "data", mode: "RW" } },
  ...more,
});

describe("Resources", () => {
  it("adds amounts of the same kind and keeps reservations apart", () => {
    const sum = parse("cpus:1.5;mem(ads):10;ports:[1-5]").plus(
      parse("cpus:2.25;mem:20;ports:[4-9,11-11]"),
    );
    expect(sum.toString()).to.equal("cpus:3.75; mem(ads):10; mem:20; ports:[1-9, 11-11]");
    expect(sum.scalar("mem")).to.equal(30_000);
  });

  it("subtracts only what it contains", () => {
    const all = parse("cpus:4;mem:1024;ports:[1-10]");
    expect(all.subtract(parse("cpus:1;ports:[3-4]"))?.toString()).to.equal(
      "cpus:3; mem:1024; ports:[1-2, 5-10]",
    );
    expect(all.subtract(parse("cpus:4.001"))).to.equal(undefined);
    expect(all.subtract(parse("cpus(ads):1"))).to.equal(undefined);
    expect(all.contains(parse("ports:[10-11]"))).to.equal(false);
    expect(() => all.minus(parse("gpus:1"))).to.throw("do not contain");
    expect(all.minus(all)).to.equal(Resources.empty);
  });

  it("counts in thousandths, rounding half away from zero", () => {
    expect(parse("cpus:0.1").plus(parse("cpus:0.2")).equals(parse("cpus:0.3"))).to.equal(true);
    expect(parse("cpus:0.0004").isEmpty).to.equal(true);
    expect(parse("cpus:0.0005").scalar("cpus")).to.equal(1);
  });

  it("never merges persistent volumes and mounted disks, and never splits them", () => {
    const two = Resources.fromWire([volume("a"), volume("b")]);
    expect(two.toWire()).to.deep.equal([volume("a"), volume("b")]);
    const mount = (value: number): v1.Resource => ({
      name: "disk",
      type: "SCALAR",
      scalar: { value },
      disk: { source: { type: "MOUNT", mount: { root: "/mnt/1" } } },
    });
    const whole = Resources.fromWire([mount(100)]);
    expect(whole.contains(Resources.fromWire([mount(50)]))).to.equal(false);
    expect(whole.scalar("disk")).to.equal(100_000);
  });

  it("splits PATH disks", () => {
    const path = (value: number): v1.Resource => ({
      name: "disk",
      type: "SCALAR",
      scalar: { value },
      disk: { source: { type: "PATH", path: { root: "/mnt/2" } } },
    });
    const rest = Resources.fromWire([path(100)]).minus(Resources.fromWire([path(40)]));
    expect(rest.toWire()).to.deep.equal([path(60)]);
  });

  it("counts copies of a shared volume, and its amount once", () => {
    const one = Resources.fromWire([volume("a", { shared: {} })]);
    const three = one.plus(one).plus(one);
    expect(three.scalar("disk")).to.equal(64_000);
    expect(three.toWire()).to.have.length(3);
    expect(three.contains(one.plus(one))).to.equal(true);
    expect(one.contains(three)).to.equal(false);
    expect(three.minus(one).equals(one.plus(one))).to.equal(true);
  });

  it("takes a volume to be the same whatever its path and creator", () => {
    const elsewhere = volume("a", {
      disk: {
        persistence: { id: "a", principal: "x" },
        volume: { container_path: "y", mode: "RW" },
      },
    });
    const [a, b] = [Resources.fromWire([volume("a")]), Resources.fromWire([elsewhere])];
    expect(a.equals(b)).to.equal(true);
    expect(b.toWire()).to.deep.equal([elsewhere]);
  });

  it("tells reservations apart by principal and labels, in any order of labels", () => {
    const reserved = (...labels: v1.Label[]) =>
      parse("cpus:1").pushReservation({ type: "DYNAMIC", role: "ads", labels: { labels } });
    const [a, b] = [{ key: "a" }, { key: "b", value: "1" }];
    expect(reserved(a, b).equals(reserved(b, a))).to.equal(true);
    expect(reserved(a).equals(reserved(b))).to.equal(false);
  });

  it("allocates to a role and back", () => {
    const all = parse("cpus:1;mem(ads):2");
    const allocated = all.allocate("ads/web");
    expect(allocated.toWire()[0]).to.deep.equal({
      name: "cpus",
      type: "SCALAR",
      scalar: { value: 1 },
      allocation_info: { role: "ads/web" },
    });
    expect(allocated.unallocate().equals(all)).to.equal(true);
    const mixed = allocated.plus(parse("cpus:5").allocate("b"));
    expect(
      [...mixed.allocations()].map(([role, one]) => [role, one.unallocate().toString()]),
    ).to.deep.equal([
      ["ads/web", "cpus:1; mem(ads):2"],
      ["b", "cpus:5"],
    ]);
    expect(mixed.unallocate().toString()).to.equal("cpus:6; mem(ads):2");
  });

  it("says what a role may be offered: unreserved, its own and its ancestors' reservations", () => {
    const all = parse("cpus:1;cpus(a):2;cpus(a/b):4;cpus(ab):8");
    expect(all.allocatableTo("a/b").scalar("cpus")).to.equal(7_000);
    expect(all.allocatableTo("a").scalar("cpus")).to.equal(3_000);
    expect(all.reserved("a").scalar("cpus")).to.equal(2_000);
    expect(all.reserved().scalar("cpus")).to.equal(14_000);
    expect(all.unreserved().scalar("cpus")).to.equal(1_000);
  });

  it("reads and writes the three formats of reservations", () => {
    const old: v1.Resource = {
      name: "cpus",
      type: "SCALAR",
      scalar: { value: 1 },
      role: "ads",
      reservation: { principal: "ops" },
    };
    const stack = [{ principal: "ops", type: "DYNAMIC" as const, role: "ads" }];
    const resources = Resources.fromWire([old]);
    const { role: _role, reservation: _reservation, ...bare } = old;
    expect(resources.toWire()).to.deep.equal([{ ...bare, reservations: stack }]);
    expect(resources.toWire("pre-refinement")).to.deep.equal([old]);
    expect(resources.toWire("endpoint")).to.deep.equal([{ ...old, reservations: stack }]);
    expect(Resources.fromWire(resources.toWire("endpoint")).equals(resources)).to.equal(true);
    expect(parse("cpus:1").toWire("pre-refinement")).to.deep.equal([{ ...bare, role: "*" }]);
    expect(parse("cpus(ads):1").toWire("pre-refinement")).to.deep.equal([{ ...bare, role: "ads" }]);
    const refined = resources.pushReservation({ type: "DYNAMIC", role: "ads/web" });
    expect(refined.hasRefinedReservations).to.equal(true);
    expect(refined.popReservation().equals(resources)).to.equal(true);
    expect(refined.toUnreserved().equals(parse("cpus:1"))).to.equal(true);
  });

  it("names the item it cannot parse", () => {
    for (const [text, problem] of [
      ["cpus", 'resource "cpus": expected "name:value" or "name(role):value"'],
      ["cpus:1; mem:lots", 'resource "mem:lots": "lots" is a text, not an amount'],
      ["ports:[9-1]", 'resource "ports:[9-1]": range 9-1 ends before it begins'],
    ] as const) {
      expect(() => parse(text)).to.throw(problem);
    }
    expect(Resources.parse("cpus:1", "ads").toString()).to.equal("cpus(ads):1");
  });
});
