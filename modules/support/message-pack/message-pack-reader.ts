/** Bytes that are not the MessagePack which is expected. */
export class MalformedBytes extends Error {
  override readonly name = "MalformedBytes";
}

const MAX_DEPTH = 128;
/** Empty maps take one byte on the wire and dozens in memory: what they unfold to is bounded as well. */
const MAX_VALUES = 2 * 1024 * 1024;
const INTERNED_BYTES_MAX = 48;
const INTERNED_STRINGS = 4096;
const NIL = 0xc0;
const PLAIN_PROPERTY = { configurable: true, enumerable: true, writable: true };

/**
 * Reads the part of MessagePack that stands for JSON-like data: nil, booleans, numbers, strings, arrays and maps with
 * string keys. It trusts nothing: extensions, binary values, deep nesting and counts beyond the bytes at hand are
 * refused. Short strings are interned, because ids, states and keys repeat in every message and are kept for long;
 * no string or value refers to the bytes it was read from.
 */
export class MessagePackReader {
  private bytes: Buffer = Buffer.alloc(0);
  private view: DataView = new DataView(new ArrayBuffer(0));
  private position = 0;
  private values = 0;
  private readonly interned: string[] = new Array<string>(INTERNED_STRINGS).fill("");

  open(bytes: Buffer): void {
    this.bytes = bytes;
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
    this.position = 0;
    this.values = 0;
  }

  /** Asserts that all has been read, and lets go of the bytes. */
  close(): void {
    if (this.position !== this.bytes.length)
      throw new MalformedBytes(`${this.bytes.length - this.position} bytes follow the end`);
    this.bytes = Buffer.alloc(0);
  }

  /** @returns how many values follow. */
  readArrayHeader(): number {
    const token = this.byte();
    if (token >= 0x90 && token < 0xa0) return token & 0x0f;
    if (token === 0xdc) return this.uint16();
    if (token === 0xdd) return this.uint32();
    throw new MalformedBytes(`expected an array, got token 0x${token.toString(16)}`);
  }

  readValue(depth: number): unknown {
    if (depth > MAX_DEPTH) throw new MalformedBytes("nested too deeply");
    if (++this.values > MAX_VALUES) throw new MalformedBytes("too many values");
    const token = this.byte();
    if (token < 0x80) return token;
    if (token < 0x90) return this.map(token & 0x0f, depth);
    if (token < 0xa0) return this.array(token & 0x0f, depth);
    if (token < NIL) return this.string(token & 0x1f);
    if (token >= 0xe0) return token - 0x100;
    if (token >= 0xd9) return this.sized(token, depth);
    return this.scalar(token);
  }

  private sized(token: number, depth: number): unknown {
    switch (token) {
      case 0xd9:
        return this.string(this.byte());
      case 0xda:
        return this.string(this.uint16());
      case 0xdb:
        return this.string(this.uint32());
      case 0xdc:
        return this.array(this.uint16(), depth);
      case 0xdd:
        return this.array(this.uint32(), depth);
      case 0xde:
        return this.map(this.uint16(), depth);
      default:
        return this.map(this.uint32(), depth);
    }
  }

  private scalar(token: number): unknown {
    switch (token) {
      case NIL:
        return null;
      case 0xc2:
        return false;
      case 0xc3:
        return true;
      case 0xca:
        return this.view.getFloat32(this.take(4));
      case 0xcb:
        return this.view.getFloat64(this.take(8));
      case 0xcc:
        return this.byte();
      case 0xcd:
        return this.uint16();
      case 0xce:
        return this.uint32();
      case 0xcf:
        return this.uint32() * 0x1_0000_0000 + this.uint32();
      case 0xd0:
        return this.view.getInt8(this.take(1));
      case 0xd1:
        return this.view.getInt16(this.take(2));
      case 0xd2:
        return this.view.getInt32(this.take(4));
      case 0xd3:
        return this.view.getInt32(this.take(4)) * 0x1_0000_0000 + this.uint32();
      default:
        throw new MalformedBytes(`token 0x${token.toString(16)} is not used`);
    }
  }

  private array(length: number, depth: number): unknown[] {
    if (length > this.bytes.length - this.position) throw this.truncated();
    const array = new Array<unknown>(length);
    for (let i = 0; i < length; i++) array[i] = this.readValue(depth + 1);
    return array;
  }

  private map(length: number, depth: number): Record<string, unknown> {
    const map: Record<string, unknown> = {};
    for (let i = 0; i < length; i++) {
      const key = this.key();
      const value = this.readValue(depth + 1);
      if (key !== "__proto__") map[key] = value;
      else Object.defineProperty(map, key, { value, ...PLAIN_PROPERTY });
    }
    return map;
  }

  private key(): string {
    const token = this.byte();
    if (token >= 0xa0 && token < NIL) return this.string(token & 0x1f);
    if (token === 0xd9) return this.string(this.byte());
    if (token === 0xda) return this.string(this.uint16());
    throw new MalformedBytes(`a map's key is no string (token 0x${token.toString(16)})`);
  }

  private string(length: number): string {
    const start = this.take(length);
    if (length > INTERNED_BYTES_MAX || length === 0) return this.text(start, length);
    const slot = this.slot(start, length);
    const known = this.interned[slot] as string;
    if (known.length === length && this.equals(known, start)) return known;
    const text = this.text(start, length);
    if (text.length === length) this.interned[slot] = text;
    return text;
  }

  private text(start: number, length: number): string {
    return this.bytes.toString("utf8", start, start + length);
  }

  /** Ids differ most at their end. */
  private slot(start: number, length: number): number {
    const { bytes } = this;
    const last = start + length - 1;
    const sample =
      length * 31 +
      (bytes[last] as number) * 961 +
      (bytes[Math.max(start, last - 1)] as number) * 89 +
      (bytes[start + (length >> 1)] as number) * 7 +
      (bytes[start] as number);
    return sample & (INTERNED_STRINGS - 1);
  }

  /** Only texts with a character a byte are interned, which is to say ASCII: equal codes are equal texts. */
  private equals(text: string, start: number): boolean {
    const { bytes } = this;
    for (let i = 0; i < text.length; i++) if (text.charCodeAt(i) !== bytes[start + i]) return false;
    return true;
  }

  private byte(): number {
    return this.bytes[this.take(1)] as number;
  }

  private uint16(): number {
    return this.view.getUint16(this.take(2));
  }

  private uint32(): number {
    return this.view.getUint32(this.take(4));
  }

  private take(length: number): number {
    const start = this.position;
    if (length > this.bytes.length - start) throw this.truncated();
    this.position = start + length;
    return start;
  }

  private truncated(): MalformedBytes {
    return new MalformedBytes("the bytes end early");
  }
}
