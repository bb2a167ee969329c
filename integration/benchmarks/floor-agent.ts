import "reflect-metadata";
import { transports } from "./floor-transports.js";
import { statusUpdate } from "./floor-messages.js";

/**
 * The agent of the floor benchmark, a process of its own: sends status updates, never more than a window of them without
 * an acknowledgement, and tells how long each of them and all of them took.
 */
async function run(name: string, url: string, messages: number, window: number): Promise<void> {
  const sentAt = new Float64Array(messages);
  const latencies = new Float64Array(messages);
  let sent = 0;
  let acknowledged = 0;
  const started = performance.now();
  await new Promise<void>((resolve) => {
    const connection = transports[name]?.connect(url, () => {
      latencies[acknowledged] = performance.now() - (sentAt[acknowledged] as number);
      acknowledged++;
      if (acknowledged === messages) resolve();
      else if (sent < messages) sendOne();
    });
    const sendOne = (): void => {
      sentAt[sent] = performance.now();
      connection?.send(statusUpdate(sent++));
    };
    connection?.opened.then(() => {
      while (sent < window) sendOne();
    }, console.error);
  });
  const seconds = (performance.now() - started) / 1000;
  latencies.sort();
  process.send?.({
    updatesPerSecond: messages / seconds,
    p50Ms: latencies[messages >> 1],
    p99Ms: latencies[Math.floor(messages * 0.99)],
  });
  process.disconnect?.();
  process.exit(0);
}

const [name, url, messages, window] = process.argv.slice(2) as [string, string, string, string];
await run(name, url, Number(messages), Number(window));
