import { mkdir } from "node:fs/promises";
import { expect } from "chai";
import type { AgentDirectories } from "../../core/contracts/agent-directories.js";
import type { Launcher } from "../../core/contracts/launcher.js";
import { makeDirectories } from "./containers.js";
import { LauncherBench } from "./launcher-bench.js";
import { gone, processesMarked } from "./processes.js";

/** What every launcher does with the containers of an earlier agent process; a part of its contract. */
export function describeLauncherRecovery(
  name: string,
  create: (directories: AgentDirectories) => Launcher,
): void {
  describe(`${name}, a launcher whose agent starts again`, function () {
    this.timeout(60_000);
    let bench: LauncherBench;
    let launcher: Launcher;
    beforeEach(async () => {
      bench = new LauncherBench(await makeDirectories(), create);
      launcher = await bench.launcher();
    });
    afterEach(() => bench.close());

    it("takes over what runs, and tells how that ends", async () => {
      const id = bench.newId();
      const go = `${bench.directories.workDir}/go`;
      const script = `while [ ! -e ${go} ]; do sleep 0.01; done; exit 11`;
      const pid = await launcher.launch(id, bench.request(id, script));
      launcher = await bench.launcher([id]);
      process.kill(pid, 0);
      await mkdir(go);
      expect(await launcher.wait(id)).to.deep.equal({ exitCode: 11 });
    });

    it("can signal and destroy what it took over", async () => {
      const [first, second] = [bench.newId(), bench.newId()];
      await launcher.launch(first, bench.request(first, "sleep 1000"));
      await launcher.launch(second, bench.request(second, "(setsid sleep 1000 &); sleep 1000"));
      launcher = await bench.launcher([first, second]);
      await launcher.kill(first, 15);
      expect(await launcher.wait(first)).to.deep.equal({ signal: 15 });
      const ended = launcher.wait(second);
      await launcher.destroy(second);
      expect(await ended).to.deep.equal({ signal: 9 });
      expect(await processesMarked(second)).to.deep.equal([]);
    });

    it("tells how containers ended while it was away", async () => {
      const ids = [bench.newId(), bench.newId()] as const;
      const pids = [
        await launcher.launch(ids[0], bench.request(ids[0], "exit 12")),
        await launcher.launch(ids[1], bench.request(ids[1], "kill -9 $$")),
      ];
      await Promise.all(pids.map(gone));
      launcher = await bench.launcher(ids);
      const ends = await Promise.all(ids.map((id) => launcher.wait(id)));
      expect(ends).to.deep.equal([{ exitCode: 12 }, { signal: 9 }]);
    });

    it("kills every other container it finds", async () => {
      const [wanted, other] = [bench.newId(), bench.newId()];
      await launcher.launch(wanted, bench.request(wanted, "sleep 1000"));
      await launcher.launch(other, bench.request(other, "setsid sleep 1000 & sleep 1000"));
      launcher = await bench.launcher([wanted]);
      expect(await processesMarked(other)).to.deep.equal([]);
      expect(await launcher.wait(other)).to.equal(undefined);
      expect(await processesMarked(wanted)).not.to.deep.equal([]);
    });

    it("does not know a container of which nothing is left", async () => {
      launcher = await bench.launcher([bench.newId()]);
      expect(await launcher.wait(bench.ids[0] as string)).to.equal(undefined);
    });
  });
}
