import { expect } from "chai";
import { DisposableStack } from "../../core/base/disposable.js";
import type { Contender, Detector } from "../../core/contracts/leadership.js";
import type { v1 } from "../../core/protocol/v1.js";

const info = (id: string): v1.MasterInfo => ({ id, ip: 0, port: 5050, hostname: "master" });

/** What masters run for, one election. */
export interface ContenderFixture {
  /** One more master's part in it. */
  contender(): Contender;
  dispose?(): Promise<void>;
}

/** What every contender has to do for a master that is alone. */
export function describeContender(
  name: string,
  create: () => ContenderFixture | Promise<ContenderFixture>,
): void {
  describe(`contender ${name}`, () => {
    let opened: DisposableStack;
    beforeEach(() => {
      opened = new DisposableStack();
    });
    afterEach(() => opened.dispose());

    async function contend(fixture: ContenderFixture, id: string) {
      const contender = fixture.contender();
      opened.defer(() => contender.dispose?.());
      return { contender, leadership: await contender.contend(info(id)) };
    }

    it("lets a master that is alone lead, and goes on to", async () => {
      const fixture = await create();
      opened.defer(() => fixture.dispose?.());
      const { leadership } = await contend(fixture, "m1");
      const still = await Promise.race([leadership.lost, Promise.resolve("leads")]);
      expect(still).to.equal("leads");
    });

    it("tells a later leader a higher epoch, where it tells one", async () => {
      const fixture = await create();
      opened.defer(() => fixture.dispose?.());
      const first = await contend(fixture, "m1");
      await first.contender.dispose?.();
      const second = await contend(fixture, "m2");
      const [before, after] = [first.leadership.epoch, second.leadership.epoch];
      if (before !== undefined) expect(after).to.be.greaterThan(before);
      else expect(after).to.equal(undefined);
    });
  });
}

/** A detector, and who it should find. */
export interface DetectorFixture {
  readonly detector: Detector;
  /** The host and port of the master that leads. */
  readonly leader: { readonly hostname: string; readonly port: number };
  dispose?(): Promise<void>;
}

/** What every detector has to do while one master leads. */
export function describeDetector(
  name: string,
  create: () => DetectorFixture | Promise<DetectorFixture>,
): void {
  describe(`detector ${name}`, () => {
    it("tells who leads, to everyone who asks", async () => {
      const fixture = await create();
      const { detector, leader } = fixture;
      const ask = async () => {
        const heard = await new Promise<v1.MasterInfo>((resolve) => {
          void detector.detect((master) => master && resolve(master)).then((one) => one.dispose());
        });
        return { hostname: heard.address?.hostname ?? heard.hostname, port: heard.port };
      };
      const heard = await Promise.all([ask(), ask()]);
      await fixture.dispose?.();
      expect(heard).to.deep.equal([leader, leader]);
    });
  });
}
