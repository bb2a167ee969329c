import { expect } from "chai";
import fc from "fast-check";
import { canonicalBase64, fromBase64, isUuidBytes, toBase64 } from "./base64.js";
import { MessageError } from "./message-error.js";

describe("base64", () => {
  it("agrees with Node's own about any bytes", () => {
    fc.assert(
      fc.property(fc.uint8Array(), (bytes) => {
        const text = toBase64(bytes);
        expect(text).to.equal(Buffer.from(bytes).toString("base64"));
        expect([...fromBase64(text)]).to.deep.equal([...bytes]);
        expect(canonicalBase64(text)).to.equal(text);
      }),
    );
  });

  const accepted: readonly [name: string, text: string, canonical: string][] = [
    ["nothing", "", ""],
    ["no padding", "YQ", "YQ=="],
    ["too little padding", "YQ=", "YQ=="],
    ["white space", " Y Q\r\n= =\t", "YQ=="],
    ["unused bits that are set", "YR==", "YQ=="],
    ["what follows the padding", "YQ==?!", "YQ=="],
    ["padding alone", "====", ""],
  ];
  for (const [name, text, canonical] of accepted)
    it(`takes ${name}`, () => {
      expect(canonicalBase64(text)).to.equal(canonical);
    });

  for (const text of ["Y", "YQYQY", "YQ-_", "Ä===", "YQ\u0000=", "Y=", "\u{1f600}"])
    it(`refuses ${JSON.stringify(text)}`, () => {
      expect(() => canonicalBase64(text)).to.throw(MessageError, "expected base64, got");
    });

  it("reads any text in linear time", () => {
    const large = 4 * 1024 * 1024;
    expect(canonicalBase64("QUFB".repeat(large / 4))).to.have.length(large);
    expect(canonicalBase64("QUFB ".repeat(large / 4))).to.have.length(large);
    expect(canonicalBase64("=".repeat(large))).to.equal("");
    expect(canonicalBase64(" ".repeat(large))).to.equal("");
    expect(() => canonicalBase64(`Y${"=".repeat(large)} `)).to.throw(MessageError);
  });

  it("tells sixteen bytes from any other number", () => {
    const lengths = Array.from({ length: 40 }, (_, length) => length);
    const ofUuid = lengths.filter((length) => isUuidBytes(toBase64(new Uint8Array(length))));
    expect(ofUuid).to.deep.equal([16]);
  });
});
