import type { ProblemError } from "../../src/http/problem.js";
import { type ColumnPlan, planColumns } from "../../src/upload/column-plan.js";

const wish = { featureNames: ["income", "debt"], idColumns: ["who"], extra: "refuse" } as const;

function faultsOf(header: readonly string[], over: Partial<Parameters<typeof planColumns>[1]> = {}) {
  try {
    planColumns(header, { ...wish, ...over });
  } catch (error) {
    return (error as ProblemError).extra.errors!.map(({ detail }) => detail);
  }
  return [];
}

const plain = ({ featureOf, idAt }: ColumnPlan) => ({
  featureOf: Array.from(featureOf),
  idAt: Array.from(idAt),
});

describe("the columns of a table", () => {
  it("are found by name, in any order; one may be carried and explained", () => {
    const header = ["who", "debt", "colour", "income"];
    const plan = planColumns(header, { ...wish, idColumns: ["who", "debt"], extra: "ignore" });
    expect(plain(plan)).toEqual({ featureOf: [-1, 1, -1, 0], idAt: [0, 1] });
  });

  it("are refused with every fault at once, and the nearest name", () => {
    expect(faultsOf(["who", "incmoe", "who", "who"])).toEqual([
      'column "who" is there twice',
      'no column for the feature "income"; did you mean it by "incmoe"?',
      'no column for the feature "debt"',
      'column "incmoe" is no feature (extra=ignore passes over such)',
    ]);
    expect(faultsOf(["income", "debt", "whom"], { extra: "ignore" })).toEqual([
      'no column for id="who"; did you mean it by "whom"?',
    ]);
  });

  it("are refused with twenty faults at most, however many there are", () => {
    const header = Array.from({ length: 65_536 }, (_, i) => `column ${i}`);
    const featureNames = header.map((name) => `${name}, misspelt`);
    expect(faultsOf(header, { featureNames })).toHaveLength(20);
  });

  it("are planned though there are as many as may be", () => {
    const header = Array.from({ length: 65_536 }, (_, i) => `column ${i}`);
    const plan = planColumns(header, {
      featureNames: header.toReversed(),
      idColumns: header,
      extra: "refuse",
    });
    expect([plan.featureOf.at(0), plan.idAt.at(-1)]).toEqual([65_535, 65_535]);
  });

  it("are refused where they are more than that", () => {
    const header = Array.from({ length: 65_537 }, (_, i) => `column ${i}`);
    expect(faultsOf(header)).toEqual(["the table has 65537 columns; at most 65536 are read"]);
  });
});
