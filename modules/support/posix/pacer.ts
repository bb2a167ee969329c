/** Lets so many callers go on in one turn of the event loop, in the order in which they came; the others wait. */
export class Pacer {
  private readonly waiting: (() => void)[] = [];
  private left: number;
  private refilling = false;

  constructor(private readonly perTurn: number) {
    this.left = perTurn;
  }

  turn(): Promise<void> {
    return new Promise((resolve) => {
      this.waiting.push(resolve);
      this.letGo();
    });
  }

  private letGo(): void {
    while (this.left > 0 && this.waiting.length > 0) {
      this.left--;
      this.waiting.shift()?.();
    }
    if (this.refilling || this.left === this.perTurn) return;
    this.refilling = true;
    setImmediate(() => {
      this.refilling = false;
      this.left = this.perTurn;
      this.letGo();
    });
  }
}
