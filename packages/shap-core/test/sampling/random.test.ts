import { hashRow, Random } from "../../src/sampling/random.js";

describe("Random", () => {
  it("gives these numbers, on every platform", () => {
    const random = new Random(1, 2);
    expect(Array.from({ length: 4 }, () => random.uint32())).toMatchInlineSnapshot(`
      [
        35964060,
        2718531237,
        1391903048,
        657650323,
      ]
    `);
    expect(hashRow(Float64Array.of(1, -0, Number.NaN, 1e300))).toMatchInlineSnapshot(`2317798073`);
  });

  it("draws fairly", () => {
    const random = new Random(3);
    const counts = new Array<number>(6).fill(0);
    for (let i = 0; i < 60_000; i++) counts[random.below(6)]!++;
    for (const count of counts) expect(Math.abs(count - 10_000)).toBeLessThan(500);
    const orders = new Map<string, number>();
    for (let i = 0; i < 24_000; i++) {
      const order = random.shuffle([0, 1, 2, 3]).join("");
      orders.set(order, (orders.get(order) ?? 0) + 1);
    }
    expect(orders.size).toBe(24);
    for (const count of orders.values()) expect(Math.abs(count - 1000)).toBeLessThan(200);
  });

  it("tells rows apart by their bits, but not one missing value from another", () => {
    expect(hashRow(Float64Array.of(0))).not.toBe(hashRow(Float64Array.of(-0)));
    const odd = new Float64Array(BigUint64Array.of(0x7ff8000000000001n).buffer);
    expect(hashRow(odd)).toBe(hashRow(Float64Array.of(Number.NaN)));
  });
});
