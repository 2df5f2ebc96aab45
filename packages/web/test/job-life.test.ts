import type { WebServer } from "../src/server.js";
import { exampleText, finished, postCsv, startService } from "./service.js";

let service: WebServer;
let jobs: string;
beforeAll(async () => {
  service = await startService({ SHAP_MAX_BATCH_SIZE: "20" });
  jobs = `${service.url}/v1/jobs`;
});
afterAll(() => service.close());

const head = (rows: number) =>
  exampleText("sample.csv")
    .split("\n")
    .slice(0, rows + 1)
    .join("\n");

interface Event {
  id: string;
  event: string;
  data: { id: string; rowsDone: number };
}

async function events(id: string, headers: Record<string, string> = {}): Promise<Event[]> {
  const response = await fetch(`${jobs}/${id}/events`, { headers });
  expect(response.headers.get("content-type")).toContain("text/event-stream");
  const blocks = (await response.text()).split("\n\n").filter((block) => block.startsWith("id:"));
  return blocks.map((block) => {
    const [, eventId, event, data] = /^id: (.*)\nevent: (.*)\ndata: (.*)$/.exec(block)!;
    return { id: eventId!, event: event!, data: JSON.parse(data!) };
  });
}

describe("the events of a job", () => {
  it("tell its progress to every listener, and its end", async () => {
    const { id } = (await (await postCsv(jobs, head(200))).json()) as { id: string };
    for (const heard of await Promise.all([events(id), events(id)])) {
      const rowsDone = heard.map((event) => event.data.rowsDone);
      expect(rowsDone).toEqual(rowsDone.toSorted((a, b) => a - b));
      expect(heard.at(-1)).toMatchObject({ event: "completed", data: { id, rowsDone: 200 } });
    }
  });

  it("are not told again to a client that has heard them", async () => {
    const { id } = (await (await postCsv(jobs, head(5))).json()) as { id: string };
    await finished(service.url, id);
    const [end] = await events(id);
    expect(end!.event).toBe("completed");
    // An EventSource comes back after every stream that ends, and stops at 204.
    const again = await fetch(`${jobs}/${id}/events`, { headers: { "last-event-id": end!.id } });
    expect([again.status, await again.text()]).toEqual([204, ""]);
    expect(await events(id, { "last-event-id": "0-open-running" })).toHaveLength(1);
  });
});

describe("an Idempotency-Key", () => {
  const key = (name: string) => ({ "idempotency-key": `"${name}"` });

  it("makes one job of one request sent twice", async () => {
    const first = (await (await postCsv(jobs, head(3), key("a"))).json()) as { id: string };
    const again = await postCsv(jobs, head(3), key("a"));
    expect(again.status).toBe(202);
    expect(((await again.json()) as { id: string }).id).toBe(first.id);
  });

  it("refuses another body or query", async () => {
    await postCsv(jobs, head(3), key("b"));
    expect((await postCsv(jobs, head(4), key("b"))).status).toBe(422);
    expect((await postCsv(`${jobs}?id=region`, head(3), key("b"))).status).toBe(422);
  });

  it("refuses a second request while the first is in flight", async () => {
    const answers = await Promise.all(Array.from({ length: 4 }, () => postCsv(jobs, head(900), key("c"))));
    const codes = answers.map((answer) => answer.status).sort();
    expect(codes[0]).toBe(202);
    expect(codes.every((code) => code === 202 || code === 409)).toBe(true);
    const ids = new Set<string>();
    for (const answer of answers) {
      if (answer.status === 202) ids.add(((await answer.json()) as { id: string }).id);
    }
    expect(ids.size).toBe(1);
  });

  it("is free again where no job was made", async () => {
    expect((await postCsv(jobs, "a,b\n1,2", key("d"))).status).toBe(422);
    expect((await postCsv(jobs, head(1), key("d"))).status).toBe(202);
  });

  it("must be one", async () => {
    expect((await postCsv(jobs, head(1), { "idempotency-key": "two words" })).status).toBe(400);
  });
});

describe("a result", () => {
  it("has an ETag that never changes", async () => {
    const { id } = (await (await postCsv(jobs, head(3))).json()) as { id: string };
    await finished(service.url, id);
    const first = await fetch(`${jobs}/${id}/result`);
    const etag = first.headers.get("etag")!;
    expect(first.headers.get("cache-control")).toContain("immutable");
    await first.arrayBuffer();
    const again = await fetch(`${jobs}/${id}/result`, { headers: { "if-none-match": etag } });
    expect(again.status).toBe(304);
  });
});

describe("the workers", () => {
  it("are listed: without Redis, this process", async () => {
    const { workers } = (await (await fetch(`${service.url}/v1/workers`)).json()) as { workers: object[] };
    expect(workers).toEqual([expect.objectContaining({ pid: process.pid, rssBytes: expect.any(Number) })]);
    const swept = await fetch(`${service.url}/v1/workers/sweep`, { method: "POST" });
    expect(await swept.json()).toEqual({ cleared: [] });
    const health = (await (await fetch(`${service.url}/health`)).json()) as { workers: object };
    expect(health.workers).toEqual({ live: 1 });
  });
});
