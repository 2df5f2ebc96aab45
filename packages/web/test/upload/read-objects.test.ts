import { Readable } from "node:stream";
import { readJson, readNdjson } from "../../src/upload/read-json.js";

const shape = { featureNames: ["a"], idColumns: ["who"], extra: "refuse", size: 10 } as const;

/** What the row carries, read as NDJSON and as JSON. */
async function idsOf(row: string): Promise<string[]> {
  const carried: string[] = [];
  for (const batches of [
    readNdjson(Readable.from([Buffer.from(`${row}\n`)]), shape),
    readJson(Readable.from([Buffer.from(`[${row}]`)]), shape),
  ]) {
    for await (const { ids } of batches) carried.push(...ids[0]!);
  }
  return carried;
}

describe("a row of JSON", () => {
  it("carries texts, truths and numbers that JSON.parse reads as they are", async () => {
    for (const [given, carried] of [
      ['"9007199254740993"', "9007199254740993"],
      ["9007199254740991", "9007199254740991"],
      ["-1.5", "-1.5"],
      ["true", "true"],
      ["null", ""],
    ]) {
      expect(await idsOf(`{"a":1,"who":${given}}`)).toEqual([carried, carried]);
    }
  });

  it.each(["9007199254740993", "-9007199254740993", "1e300"])(
    "carries no integer that was rounded: %s",
    async (given) => {
      await expect(idsOf(`{"a":1,"who":${given}}`)).rejects.toMatchObject({
        code: "bad-row",
        message: expect.stringMatching(/^row 1: "who" is an integer beyond 2\^53.*send it as a text/),
      });
    },
  );

  it("carries no half of a letter", async () => {
    await expect(idsOf('{"a":1,"who":"x\\ud800"}')).rejects.toThrow(/no UTF-8/);
    expect(await idsOf('{"a":1,"who":"\\ud83d\\ude00"}')).toEqual(["😀", "😀"]);
  });

  it.each(["__proto__", "constructor", "toString"])("has no column %s by itself", async (name) => {
    await expect(idsOf(`{"${name}":{"x":1},"a":1,"who":1}`)).rejects.toMatchObject({
      code: "bad-row",
      message: expect.stringMatching(`"${name}" is no feature of this model`),
    });
  });
});
