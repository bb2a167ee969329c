import { between, chance } from "../chance.js";
import { deepFreeze } from "../deep-freeze.js";
import type { HostName, Network } from "./network.js";

/** Calls that share a lane arrive in the order in which they were made, as over one kept-alive connection. */
export interface Lane {
  lastArrivalMs: number;
}

/** One HTTP call: what is asked of whom. */
export interface Call<Q, A> {
  readonly from: HostName;
  readonly to: HostName;
  readonly lane?: Lane;
  /** Whether its client, or something in between, may send it once more. */
  readonly isSafeToRepeat?: boolean;
  readonly request: Q;
  /** Runs on the server for each copy of the request that arrives. */
  readonly serve: (request: Q, answer: (answer: A) => void) => void;
  /** Runs once on the client; undefined where no answer came, whether or not the call was served. */
  readonly settle: (answer: A | undefined) => void;
}

const CALL_TIMEOUT_MS = 10_000;
const RETRANSMISSION_MS = 1_000;
/** A call behind a partition may still arrive after its caller has given it up. */
const RETRANSMISSION_LIMIT_MS = 20_000;

/** Makes a call over a network that may lose it, its answer, or both, deliver it twice, or late. */
export function makeCall<Q, A>(network: Network, call: Call<Q, A>): void {
  const { clock, random } = network;
  deepFreeze(call.request);
  let settled = false;
  const settle = (answer: A | undefined): void => {
    if (settled) return;
    settled = true;
    timeout.dispose();
    call.settle(answer);
  };
  const timeout = clock.schedule(CALL_TIMEOUT_MS, () => settle(undefined));
  const answer = (value: A): void => sendAnswer(network, call, deepFreeze(value), settle);
  if (network.loses(call.from, call.to, call.request)) {
    const heardAtOnce = chance(random, 0.5);
    if (heardAtOnce) clock.schedule(between(random, 1, 1_000), () => settle(undefined));
    return;
  }
  const arrivalMs = Math.max(
    call.lane?.lastArrivalMs ?? 0,
    clock.elapsedMs + network.delayMs(call.from, call.to),
  );
  if (call.lane !== undefined) call.lane.lastArrivalMs = arrivalMs;
  arriveAfter(network, call, arrivalMs - clock.elapsedMs, answer);
  if (call.isSafeToRepeat === true && network.repeats(call.from, call.to))
    arriveAfter(network, call, between(random, 1, 5_000), answer);
}

function arriveAfter<Q, A>(
  network: Network,
  call: Call<Q, A>,
  delayMs: number,
  answer: (answer: A) => void,
): void {
  const { clock } = network;
  const untilMs = clock.elapsedMs + RETRANSMISSION_LIMIT_MS;
  const attempt = (): void => {
    if (!network.isBlocked(call.from, call.to)) call.serve(call.request, answer);
    else if (clock.elapsedMs < untilMs) clock.schedule(RETRANSMISSION_MS, attempt);
  };
  clock.schedule(delayMs, attempt);
}

function sendAnswer<Q, A>(
  network: Network,
  { from, to }: Call<Q, A>,
  answer: A,
  settle: (answer: A) => void,
): void {
  if (network.loses(to, from)) return;
  network.clock.schedule(network.delayMs(to, from), () => {
    if (!network.isBlocked(to, from)) settle(answer);
  });
}
