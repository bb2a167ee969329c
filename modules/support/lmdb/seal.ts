import { crc32 } from "node:zlib";
import { pack, unpack } from "../message-pack/message-pack.js";

const CHECK_BYTES = 4;

/** A stored record that is not what was written. */
export class BrokenSeal extends Error {
  override readonly name = "BrokenSeal";
}

/** A value as it is stored: a check value over key and body, then the body. LMDB itself does not notice a flipped bit. */
export function seal(key: string, value: unknown): Buffer {
  const body = pack(value);
  const sealed = Buffer.allocUnsafe(CHECK_BYTES + body.length);
  sealed.writeUInt32BE(crc32(body, crc32(key)), 0);
  body.copy(sealed, CHECK_BYTES);
  return sealed;
}

/** @throws BrokenSeal, MalformedBytes */
export function unseal(key: string, sealed: Buffer): unknown {
  if (sealed.length <= CHECK_BYTES) throw new BrokenSeal(`the record ${key} is cut short`);
  const body = sealed.subarray(CHECK_BYTES);
  if (sealed.readUInt32BE(0) !== crc32(body, crc32(key)))
    throw new BrokenSeal(`the record ${key} does not carry its own check value`);
  return unpack(body);
}
