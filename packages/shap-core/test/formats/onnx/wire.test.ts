import fc from "fast-check";
import { ModelFormatError } from "../../../src/errors.js";
import { decodeMessage, type MessageSchema } from "../../../src/formats/onnx/wire.js";

const inner: MessageSchema = { 1: ["name", "text"] };
const schema: MessageSchema = {
  1: ["count", "integer"],
  2: ["rate", "float"],
  3: ["floats", "floats"],
  4: ["integers", "integers"],
  5: ["doubles", "doubles"],
  6: ["inner", inner],
  7: ["list", [inner]],
  8: ["texts", "texts"],
};
const decode = (...bytes: number[]) => decodeMessage(Uint8Array.from(bytes), schema, "onnx");

describe("a protobuf message", () => {
  it("holds integers up to 2^53, and negative ones", () => {
    expect(decode(0x08, 0x96, 0x01)).toEqual({ count: 150 });
    expect(decode(0x08, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x0f)).toEqual({
      count: Number.MAX_SAFE_INTEGER,
    });
    expect(decode(0x08, ...Array(9).fill(0xff), 0x01)).toEqual({ count: -1 });
    expect(decode(0x08, 0x80, 0x80, 0x80, 0x80, 0x08)).toEqual({ count: 2 ** 31 });
  });

  it("holds lists of numbers, packed or one by one", () => {
    expect(decode(0x22, 0x03, 0x01, 0x02, 0x03)).toEqual({ integers: Float64Array.of(1, 2, 3) });
    expect(decode(0x20, 0x01, 0x20, 0x02)).toEqual({ integers: Float64Array.of(1, 2) });
    expect(decode(0x1a, 0x04, 0, 0, 0x80, 0x3f)).toEqual({ floats: Float64Array.of(1) });
    expect(decode(0x1d, 0, 0, 0, 0x40)).toEqual({ floats: Float64Array.of(2) });
    expect(decode(0x29, 0, 0, 0, 0, 0, 0, 0xf0, 0x3f)).toEqual({ doubles: Float64Array.of(1) });
  });

  it("holds messages, lists of them, and texts", () => {
    expect(decode(0x32, 0x03, 0x0a, 0x01, 0x61)).toEqual({ inner: { name: "a" } });
    expect(decode(0x3a, 0x00, 0x3a, 0x03, 0x0a, 0x01, 0x62)).toEqual({ list: [{}, { name: "b" }] });
    expect(decode(0x42, 0x01, 0x63)).toEqual({ texts: ["c"] });
  });

  it("may hold fields that are not asked for, of every wire type", () => {
    expect(decode(0x78, 0x01, 0x7a, 0x01, 0xff, 0x79, ...Array(8).fill(0), 0x7d, 0, 0, 0, 0)).toEqual({});
  });

  it.each([
    ["cut off in a number", [0x08, 0x80], /count .* is cut off/],
    ["longer than it is", [0x32, 0x7f, 0x0a], /inner .* is cut off/],
    ["longer than its parent", [0x3a, 0x02, 0x0a, 0x05, 0x61, 0x61, 0x61, 0x61, 0x61], /list\[0\]\.name/],
    ["of another wire type", [0x0d, 0, 0, 0, 0], /count .* integer/],
    ["of a wire type that there is not", [0x7f], /wire type 7/],
    ["a number of more than 10 bytes", [0x08, ...Array(11).fill(0x80)], /10 bytes/],
  ])("that is %s is refused with the place", (_, bytes, message) => {
    expect(() => decode(...bytes)).toThrow(ModelFormatError);
    expect(() => decode(...bytes)).toThrow(message);
  });

  it("of any bytes ends in a message or a ModelFormatError", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 60 }), (bytes) => {
        try {
          expect(typeof decodeMessage(bytes, schema, "onnx")).toBe("object");
        } catch (error) {
          expect(error).toBeInstanceOf(ModelFormatError);
        }
      }),
      { numRuns: 2000 },
    );
  });
});
