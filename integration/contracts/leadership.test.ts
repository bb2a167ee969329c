import { StandaloneContender } from "../../modules/contenders/standalone.js";
import { StandaloneDetector } from "../../modules/detectors/standalone.js";
import { describeContender, describeDetector } from "./leadership.contract.js";

describeContender("standalone", () => ({ contender: () => new StandaloneContender() }));
describeDetector("standalone", () => {
  const leader = { hostname: "10.0.0.1", port: 5050 };
  return { detector: new StandaloneDetector(leader), leader };
});
