import { nearestName } from "../../src/model/nearest-name.js";

describe("nearestName", () => {
  it("finds the candidate a few letters away, whatever the case", () => {
    expect(nearestName("credit_scor", ["loan_amount", "credit_score"])).toBe("credit_score");
    expect(nearestName("Credit_Score", ["loan_amount", "credit_score"])).toBe("credit_score");
  });

  it("finds nothing where every candidate is a different word", () => {
    expect(nearestName("colour", ["loan_amount", "credit_score"])).toBeUndefined();
  });

  it("finds nothing among no candidates", () => {
    expect(nearestName("x", [])).toBeUndefined();
  });
});
