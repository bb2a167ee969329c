import { PipelinedCalls } from "./load/pipelined-calls.js";

const SOCKETS = 4;
const TICK_MS = 1;
const BODY =
  `{"framework_id":{"value":"5c1c9f1e-2f1e-4d4e-9d0e-1c2d3e4f5a6b-0001"},"type":"ACKNOWLEDGE","acknowledge":` +
  `{"agent_id":{"value":"5c1c9f1e-2f1e-4d4e-9d0e-1c2d3e4f5a6b-S17"},"task_id":{"value":"task-12345"},"uuid":"3q2+78r+ur4AAAAAAAAAAA=="}}`;

/** The client of the HTTP floor, a process of its own: acknowledgements, never more than a window of them unanswered. */
function run(port: number, total: number, window: number): void {
  const head =
    `POST /api/v1/scheduler HTTP/1.1\r\nhost: 127.0.0.1:${port}\r\ncontent-type: application/json\r\n` +
    "mesos-stream-id: 5c1c9f1e-2f1e-4d4e-9d0e-1c2d3e4f5a6b\r\n";
  const calls = new PipelinedCalls(port, head, SOCKETS);
  const startedMs = performance.now();
  let sent = 0;
  const timer = setInterval(() => {
    for (; sent < total && sent - calls.answered < window; sent++) calls.send(BODY);
    if (calls.answered < total) return;
    clearInterval(timer);
    process.send?.({ callsPerSecond: total / ((performance.now() - startedMs) / 1000) });
    process.disconnect?.();
    calls.dispose();
  }, TICK_MS);
}

const [port, total, window] = process.argv.slice(2).map(Number) as [number, number, number];
run(port, total, window);
