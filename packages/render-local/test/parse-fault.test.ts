import { describe, expect, it } from "@jest/globals";
import { Faults } from "../src/faults.js";
import { parseFault } from "../src/parse-fault.js";

describe("parseFault", () => {
  it.each([
    ["http=429", { kind: "http", answer: 429 }],
    [
      "http=garbage,call=3,times=2,method=GET,path=/deploys",
      { kind: "http", answer: "garbage", call: 3, times: 2, method: "GET", path: "/deploys" },
    ],
    ["sync-error,times=1", { kind: "sync-error", times: 1 }],
    ["crash-loop=worker", { kind: "crash-loop", service: "worker" }],
    ["build-fails=web,times=2", { kind: "build-fails", service: "web", times: 2 }],
  ])("reads %s", (text, fault) => {
    expect(parseFault(text)).toEqual(fault);
  });

  it.each([
    ["http=418", /http= is one of 401/],
    ["http=500,call=0", /call= is a whole number from 1/],
    ["crash-loop", /name the service: crash-loop=SERVICE/],
    ["earthquake=web", /there is no fault earthquake/],
  ])("refuses %s and says what is expected", (text, message) => {
    expect(() => parseFault(text)).toThrow(message);
  });
});

describe("faults", () => {
  it("are used up after their times, and go when they are taken back", () => {
    const faults = new Faults([{ kind: "crash-loop", service: "crew", times: 2 }]);
    expect([1, 2, 3].map(() => faults.take("crash-loop", "crew"))).toEqual([true, true, false]);
    const takeBack = faults.add({ kind: "build-fails", service: "crew" });
    expect(faults.take("build-fails", "other")).toBe(false);
    expect(faults.take("build-fails", "crew")).toBe(true);
    takeBack();
    expect(faults.take("build-fails", "crew")).toBe(false);
  });

  it("of the API count matching calls only, each for itself", () => {
    const faults = new Faults([
      { kind: "http", answer: 500, path: "/deploys", call: 2 },
      { kind: "http", answer: 429, method: "post" },
    ]);
    expect(faults.httpAnswer("GET", "/services/x/deploys")).toBeUndefined();
    expect(faults.httpAnswer("GET", "/users")).toBeUndefined();
    expect(faults.httpAnswer("GET", "/services/x/deploys")).toBe(500);
    expect(faults.httpAnswer("POST", "/services/x/suspend")).toBe(429);
    expect(faults.httpAnswer("POST", "/services/x/suspend")).toBeUndefined();
  });
});
