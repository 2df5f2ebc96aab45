import { endurance, LIMIT_MS, RunningService, tableOf } from "./running-service.js";

const table = tableOf(endurance ? 5000 : 300);

afterAll(() => RunningService.closeAll());

describe("two workers and ten jobs at once", () => {
  it(
    "give every job its whole result, none the worse for the others",
    async () => {
      const service = await RunningService.start({ LOG_LEVEL: "debug" });
      const workers = await Promise.all([service.startWorker(), service.startWorker()]);
      const ids = await Promise.all(Array.from({ length: 10 }, () => service.submit(table)));
      for (const id of ids) await service.expectWhole(id, table);
      for (const { stdout } of workers) expect(stdout).toMatch(/"a chunk is explained"/);
    },
    LIMIT_MS,
  );
});
