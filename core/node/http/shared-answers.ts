import { setImmediate as nextTurn } from "node:timers/promises";

/**
 * Lets requests for the same thing share one answer. Those that arrive while it is being made share the next one, so
 * that nobody is shown a state older than their request.
 */
export class SharedAnswers<T> {
  private readonly making = new Map<string, Promise<T>>();
  private readonly next = new Map<string, Promise<T>>();

  /** `make` runs in a later turn of the event loop, once for all who have asked with the same key by then. */
  get(key: string, make: () => Promise<T>): Promise<T> {
    const waiting = this.next.get(key);
    if (waiting !== undefined) return waiting;
    const answer = this.makeAfter(this.making.get(key), key, make);
    this.next.set(key, answer);
    return answer;
  }

  private async makeAfter(
    before: Promise<T> | undefined,
    key: string,
    make: () => Promise<T>,
  ): Promise<T> {
    await before?.catch(() => undefined);
    await nextTurn();
    const answer = make();
    const shared = this.next.get(key);
    if (shared !== undefined) this.making.set(key, shared);
    this.next.delete(key);
    try {
      return await answer;
    } finally {
      if (this.making.get(key) === shared) this.making.delete(key);
    }
  }
}
