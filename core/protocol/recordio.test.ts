import { expect } from "chai";
import fc from "fast-check";
import { MessageError } from "./message-error.js";
import { encodeRecord, RecordDecoder } from "./recordio.js";

const bytes = (text: string) => new TextEncoder().encode(text);
const text = (part: Uint8Array) => new TextDecoder().decode(part);
const decoderOf = (stream: string, maxRecordBytes = 100) => {
  const decoder = new RecordDecoder(maxRecordBytes);
  return { decoder, records: decoder.push(bytes(stream)).map(text) };
};

describe("encodeRecord", () => {
  it("puts the length in decimal digits and a newline before the bytes", () => {
    expect(text(encodeRecord(bytes("hello world")))).to.equal("11\nhello world");
    expect(text(encodeRecord(bytes("")))).to.equal("0\n");
  });
});

describe("RecordDecoder", () => {
  it("gives back the records however the stream is cut", () => {
    const payload = fc.uint8Array({ maxLength: 3000 });
    fc.assert(
      fc.property(fc.array(payload), fc.infiniteStream(fc.nat(700)), (payloads, lengths) => {
        const stream = payloads.flatMap((one) => [...encodeRecord(one)]);
        const decoder = new RecordDecoder(3000);
        const records: Uint8Array[] = [];
        while (stream.length > 0) {
          const length = lengths.next().value as number;
          records.push(...decoder.push(Uint8Array.from(stream.splice(0, length))));
        }
        decoder.finish();
        expect(records.map((one) => [...one])).to.deep.equal(payloads.map((one) => [...one]));
      }),
      { numRuns: 50 },
    );
  });

  it("takes as much time for single bytes as for one chunk", () => {
    const decoder = new RecordDecoder(1_000_000);
    const stream = encodeRecord(new Uint8Array(1_000_000).fill(7));
    const records: Uint8Array[] = [];
    for (let at = 0; at < stream.length; at++)
      records.push(...decoder.push(stream.subarray(at, at + 1)));
    expect(records.map((record) => record.length)).to.deep.equal([1_000_000]);
  });

  it("takes a length with zeros before it", () => {
    expect(decoderOf("0005\nhello").records).to.deep.equal(["hello"]);
  });

  it("takes a record of the largest size and refuses a longer one before its bytes come", () => {
    expect(decoderOf("5\nhello", 5).records).to.deep.equal(["hello"]);
    expect(() => decoderOf("6\n", 5)).to.throw(MessageError, "longer than 5 bytes");
  });

  const hostile = [
    "\n",
    "-1\n",
    "+1\n",
    " 1\n",
    "1 \n",
    "1\r\n",
    "1.5\n",
    "0x10\n",
    "1e1\n",
    "NaN\n",
  ];
  for (const header of [...hostile, "é\n", "[{}]", "0".repeat(21)])
    it(`refuses the header ${JSON.stringify(header)}`, () => {
      expect(() => decoderOf(header)).to.throw(MessageError, "its length");
    });

  for (const length of ["101", "2147483648", "4294967296", "9223372036854775807", "9".repeat(20)])
    it(`refuses a length of ${length} as soon as it is too long`, () => {
      expect(() => decoderOf(length)).to.throw(MessageError, "longer than 100 bytes");
    });

  it("says whether the stream ends between two records", () => {
    decoderOf("").decoder.finish();
    decoderOf("5\nhello").decoder.finish();
    for (const stream of ["5", "5\n", "5\nhell", "5\nhello1"])
      expect(() => decoderOf(stream).decoder.finish(), stream).to.throw(MessageError, "cut short");
  });

  it("stays lost after an error", () => {
    const decoder = new RecordDecoder(100);
    expect(() => decoder.push(bytes("x"))).to.throw(MessageError);
    expect(() => decoder.push(bytes("5\nhello"))).to.throw(MessageError, "not a decimal number");
    expect(() => decoder.finish()).to.throw(MessageError, "not a decimal number");
  });

  it("answers any bytes with records or a MessageError", () => {
    fc.assert(
      fc.property(
        fc.array(fc.string({ unit: fc.constantFrom(..."0123\n\nab".split("")) })),
        (chunks) => {
          const decoder = new RecordDecoder(30);
          try {
            for (const chunk of chunks) decoder.push(bytes(chunk));
            decoder.finish();
          } catch (error) {
            expect(error).to.be.instanceOf(MessageError);
          }
        },
      ),
    );
  });
});
