import { SeededRandom } from "../../core/base/random.js";
import { silentLogger } from "../../core/base/logger.js";
import { Master } from "../../core/master/master.js";
import { MasterHooks } from "../../core/master/master-hooks.js";
import { masterDefaults } from "../../core/master/master-settings.js";
import { HierarchicalAllocator } from "../../modules/allocators/hierarchical.js";
import { DrfSorterFactory } from "../../modules/sorters/drf.js";

/** A master's machine as it is by default, with nothing around it. */
export function bareMaster(): Master {
  return new Master({
    settings: {
      ...masterDefaults,
      masterInfo: { id: "master", ip: 0, port: 5050, hostname: "localhost" },
      version: "0",
      startTimeMs: 0,
    },
    allocator: new HierarchicalAllocator(new DrfSorterFactory()),
    random: new SeededRandom(1),
    hooks: new MasterHooks(silentLogger),
  });
}
