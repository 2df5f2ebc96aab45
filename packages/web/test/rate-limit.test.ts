import { RedisRequestCounts } from "../../jobs/src/limits/redis-request-counts.js";
import { lostRedis, type RealRedis, realRedis } from "../../jobs/test/real-redis.js";
import { until } from "../../jobs/test/until.js";
import { SharedRateStore } from "../src/http/shared-rate-store.js";
import { NodeProcess } from "./node-process.js";
import { post, sampleRows } from "./service.js";

const real = realRedis();
let redis: RealRedis["redis"];
beforeAll(() => {
  redis = real.redis;
});

describe("the count of a caller's requests", () => {
  let now = 60_000 * 1000;
  const open = () => new SharedRateStore(new RedisRequestCounts(redis), () => now);
  const hits = (store: SharedRateStore, key: string, times: number): number => {
    let last = 0;
    for (let i = 0; i < times; i++) last = store.increment(key).totalHits;
    return last;
  };

  it("is that of all processes, once they have told each other", async () => {
    const [one, other] = [open(), open()];
    expect(hits(one, "a", 30)).toBe(30);
    expect(hits(other, "a", 20)).toBe(20);
    await one.tell();
    await other.tell();
    expect(hits(other, "a", 1)).toBe(51);
    expect(hits(one, "a", 1)).toBe(31);
    await one.tell();
    expect(hits(one, "a", 1)).toBe(52);
    expect(hits(one, "b", 1)).toBe(1);
  });

  it("begins again with the minute, at the time it says", () => {
    const store = open();
    hits(store, "a", 5);
    const { resetTime } = store.increment("a");
    now = resetTime!.getTime() - 1;
    expect(hits(store, "a", 1)).toBe(7);
    now += 1;
    expect(hits(store, "a", 1)).toBe(1);
  });

  it("is forgotten by Redis when its minute is over", async () => {
    const store = open();
    hits(store, "a", 1);
    await store.tell();
    const [key] = await redis.keys("shap:requests:*");
    expect(await redis.ttl(key!)).toBeGreaterThan(0);
  });

  it("goes on in this process while Redis is away", async () => {
    const lost = lostRedis();
    const store = new SharedRateStore(new RedisRequestCounts(lost));
    hits(store, "a", 2);
    await store.tell();
    expect(hits(store, "a", 1)).toBe(3);
    lost.disconnect();
  });
});

describe("two web processes on one Redis", () => {
  const LIMIT = 2000;
  let processes: NodeProcess[];
  let urls: string[];
  beforeAll(async () => {
    const env = { REDIS_URL: real.server.url, PORT: "0", SHAP_RATE_LIMIT_PER_MINUTE: String(LIMIT) };
    processes = [0, 1].map(() => NodeProcess.start("packages/web/dist/main.js", env));
    urls = await Promise.all(processes.map(async (web) => (await web.says(/"url":"([^"]+)"/))[1]!));
  });
  afterAll(() => Promise.all(processes.map((web) => web.stop("SIGKILL"))));

  /** What is left to the caller, by the RateLimit header. */
  const remaining = async (url: string): Promise<number> => {
    const response = await fetch(`${url}/v1/models`);
    await response.arrayBuffer();
    return Number(/r=(\d+)/.exec(response.headers.get("ratelimit") ?? "")?.[1]);
  };

  it("hold a caller to one limit", async () => {
    const [one, other] = urls as [string, string];
    // A minute of the clock may end in between, and all counts with it: then the question is asked anew.
    let asked = 0;
    await until(async () => {
      for (let i = 0; i < 100; i++) await remaining(one);
      asked++;
      return LIMIT - (await remaining(other)) > asked + 50;
    });
  });

  it("answer direct requests while Redis is frozen, and wait for nothing", async () => {
    process.kill(real.server.pid, "SIGSTOP");
    try {
      const explain = `${urls[0]}/v1/models/mortgage/explain`;
      for (let i = 0; i < 20; i++) {
        expect((await post(explain, { rows: sampleRows(1) })).status).toBe(200);
      }
    } finally {
      process.kill(real.server.pid, "SIGCONT");
    }
  });
});
