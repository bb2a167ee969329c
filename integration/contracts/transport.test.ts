import { silentLogger } from "../../core/base/logger.js";
import { transportLimits } from "../../modules/support/websocket/transport-limits.js";
import { WebSocketTransport } from "../../modules/transports/websocket.js";
import { describeTransport } from "./transport.contract.js";

describeTransport(
  "websocket",
  () => new WebSocketTransport(silentLogger, transportLimits.parse({})),
);
