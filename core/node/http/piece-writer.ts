/** A body in pieces: a large answer is never one string, and is shared by all who asked for it. */
export interface AnswerBody {
  readonly pieces: readonly Uint8Array[];
  readonly bytes: number;
}

const FIRST_PIECE_BYTES = 1024;
const MAX_PIECE_BYTES = 256 * 1024;
/** Bytes up to this many are copied into the piece at hand, others become a piece of their own. */
const MAX_COPIED_BYTES = 4096;

/** Collects text and bytes into pieces of moderate size. */
export class PieceWriter {
  private pieces: Uint8Array[] = [];
  private finishedBytes = 0;
  private piece = Buffer.allocUnsafe(FIRST_PIECE_BYTES);
  private filled = 0;

  get bytes(): number {
    return this.finishedBytes + this.filled;
  }

  writeText(text: string): void {
    const length = Buffer.byteLength(text);
    this.reserve(length);
    this.filled += this.piece.write(text, this.filled, length);
  }

  /** The bytes must not change later. */
  writeBytes(bytes: Uint8Array): void {
    if (bytes.length > MAX_COPIED_BYTES) {
      this.finishPiece(0);
      this.pieces.push(bytes);
      this.finishedBytes += bytes.length;
    } else {
      this.reserve(bytes.length);
      this.piece.set(bytes, this.filled);
      this.filled += bytes.length;
    }
  }

  /** Gives what was written and starts anew. */
  finish(): AnswerBody {
    this.finishPiece(FIRST_PIECE_BYTES);
    const body = { pieces: this.pieces, bytes: this.finishedBytes };
    this.pieces = [];
    this.finishedBytes = 0;
    return body;
  }

  /** Pieces grow as there is more: most answers are small. */
  private reserve(length: number): void {
    if (this.filled + length <= this.piece.length) return;
    this.finishPiece(Math.max(length, Math.min(4 * this.piece.length, MAX_PIECE_BYTES)));
  }

  private finishPiece(nextBytes: number): void {
    if (this.filled > 0) this.pieces.push(this.piece.subarray(0, this.filled));
    this.finishedBytes += this.filled;
    this.piece = Buffer.allocUnsafe(nextBytes);
    this.filled = 0;
  }
}
