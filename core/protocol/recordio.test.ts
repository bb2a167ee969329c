import { expect } from "chai";
import { encodeRecord, RecordDecoder } from "./recordio.js";

const bytes = (text: string) => new TextEncoder().encode(text);
const text = (part: Uint8Array) => new TextDecoder().decode(part);

describe("RecordDecoder", () => {
  it("gives back the records of one chunk", () => {
    const stream = new Uint8Array([...encodeRecord(bytes("hello")), ...encodeRecord(bytes(""))]);
    expect(new RecordDecoder(100).push(stream).map(text)).to.deep.equal(["hello", ""]);
  });

  it("gives back the records of single bytes", () => {
    const decoder = new RecordDecoder(100);
    const records = [...bytes("5\nhello0\n2\nhi")].flatMap((byte) =>
      decoder.push(new Uint8Array([byte])),
    );
    decoder.finish();
    expect(records.map(text)).to.deep.equal(["hello", "", "hi"]);
  });
});
