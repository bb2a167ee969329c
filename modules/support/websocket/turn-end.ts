/** Flushes what a turn has written to, once, when the turn is over. */
export class TurnEnd {
  private written: { flush(): void }[] = [];

  add(one: { flush(): void }): void {
    if (this.written.push(one) === 1) setImmediate(() => this.flush());
  }

  private flush(): void {
    const { written } = this;
    this.written = [];
    for (const one of written) one.flush();
  }
}
