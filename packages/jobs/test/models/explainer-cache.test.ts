import type { Explainer } from "shap-core";
import { ExplainerCache } from "../../src/models/explainer-cache.js";

const explainerOf = (memoryBytes: number) => ({ plan: { memoryBytes } }) as Explainer;

describe("compiled explainers", () => {
  it("are made once while there is room", () => {
    const cache = new ExplainerCache(100);
    let made = 0;
    const make = () => {
      made++;
      return explainerOf(40);
    };
    expect(cache.get("a", make)).toBe(cache.get("a", make));
    cache.get("b", make);
    expect({ made, bytes: cache.bytes }).toEqual({ made: 2, bytes: 80 });
  });

  it("go when there is none, the least recently used first", () => {
    const cache = new ExplainerCache(100);
    const made: string[] = [];
    const get = (key: string, bytes = 40) =>
      cache.get(key, () => {
        made.push(key);
        return explainerOf(bytes);
      });
    for (const key of ["a", "b", "a", "c", "a", "b"]) get(key);
    expect(made).toEqual(["a", "b", "c", "b"]);
    get("large", 1000);
    expect(cache.bytes).toBe(1000);
  });
});
