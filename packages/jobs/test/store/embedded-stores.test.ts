import { FileChunkStore } from "../../src/store/files/file-chunk-store.js";
import { MemoryJobStore } from "../../src/store/memory/memory-job-store.js";
import { until } from "../until.js";
import { describeStores, newJob } from "./store-contract.js";

const chunks = new FileChunkStore();
const jobs = new MemoryJobStore(3600);
afterAll(() => chunks.close());

describeStores("memory and files", () => ({ jobs, chunks }));

describe("a job in memory", () => {
  it("is forgotten when its time is over, and tells so that its files can be freed", async () => {
    const expired: string[] = [];
    const shortLived = new MemoryJobStore(0.05, (job) => expired.push(job.id));
    const job = newJob();
    await shortLived.create(job);
    await until(() => expired.length > 0);
    expect(expired).toEqual([job.id]);
    expect(await shortLived.get(job.id)).toBeUndefined();
  });
});
