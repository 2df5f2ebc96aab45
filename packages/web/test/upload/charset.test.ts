import { refuseForeignCharset } from "../../src/upload/charset.js";

describe("the charset of a body", () => {
  it.each([
    undefined,
    "text/csv",
    "text/csv; charset=utf-8",
    'text/csv;charset="UTF-8"; header=present',
    "text/csv; header=present; charset=us-ascii",
    "application/json; Charset=UTF8",
  ])("may be UTF-8 or a part of it: %s", (type) => {
    expect(() => refuseForeignCharset(type)).not.toThrow();
  });

  it.each(["text/csv; charset=iso-8859-1", 'text/csv; charset="windows-1252"', "text/csv;charset=utf-16le"])(
    "is refused where it is another one: %s",
    (type) => {
      expect(() => refuseForeignCharset(type)).toThrow(
        expect.objectContaining({
          code: "unsupported-media-type",
          message: expect.stringMatching(/texts are read as UTF-8/),
        }),
      );
    },
  );
});
