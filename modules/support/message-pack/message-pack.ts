import { Packr } from "msgpackr";
import { MessagePackReader } from "./message-pack-reader.js";

const packr = new Packr({ useRecords: false, encodeUndefinedAsNil: true });
const reader = new MessagePackReader();

/** Plain MessagePack of JSON-like data, as any implementation reads it. */
export function pack(value: unknown): Buffer {
  return packr.pack(value);
}

/** @throws MalformedBytes */
export function unpack(bytes: Buffer): unknown {
  reader.open(bytes);
  const value = reader.readValue(0);
  reader.close();
  return value;
}
