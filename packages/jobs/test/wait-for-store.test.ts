import { StoreFullError } from "../src/store/chunk-store.js";
import { StoreUnavailableError } from "../src/store/job-store.js";
import { waitForStore } from "../src/wait-for-store.js";

const task = { schema: 1, jobId: "j1", index: 0 } as const;
const never = new AbortController().signal;

function store(...answers: (Error | "done")[]) {
  const failed: string[] = [];
  let tries = 0;
  const handle = async () => {
    tries++;
    const answer = answers.shift();
    if (answer instanceof Error) throw answer;
  };
  const fail = async (_id: string, reason: string) => failed.push(reason) > 0;
  return { handle, jobs: { fail }, failed, tries: () => tries };
}

describe("a chunk", () => {
  it.each([
    ["full", new StoreFullError("full")],
    ["away", new StoreUnavailableError("away")],
  ])("waits for a store that is %s, and goes on", async (_what, error) => {
    const { handle, jobs, tries } = store(error, "done");
    await waitForStore(handle, jobs)(task, never, "r1");
    expect(tries()).toBe(2);
  });

  it("does not wait where it fails by itself, or is no longer this process's to do", async () => {
    const own = store(new Error("no luck"));
    await expect(waitForStore(own.handle, own.jobs)(task, never, "r1")).rejects.toThrow("no luck");
    const full = store(new StoreFullError("full"));
    const gone = AbortSignal.abort(new Error("lost"));
    await expect(waitForStore(full.handle, full.jobs)(task, gone, "r1")).rejects.toThrow("full");
    expect(full.tries()).toBe(1);
  });

  it("fails its job, with what to do, where there is no room for too long", async () => {
    const { handle, jobs, failed } = store(new StoreFullError("full"), new StoreFullError("full"), "done");
    await waitForStore(handle, jobs, 500)(task, never, "r1");
    expect(failed).toEqual([expect.stringMatching(/no room .* delete finished jobs/)]);
  });
});
