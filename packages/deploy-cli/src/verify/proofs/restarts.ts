import { RenderError } from "../../render/render-error.js";
import type { RenderService } from "../../render/schemas.js";
import { ProofFailed } from "../proof-failed.js";
import type { Subject } from "../subject.js";
import { proveLive } from "./live.js";
import { proveRedis } from "./redis.js";
import { proveTestJob } from "./test-job.js";
import { proveWorkers } from "./workers.js";

const pollMilliseconds = 3000;
const restartTimeoutMilliseconds = 600_000;

/** 6: web and worker are restarted again and again, and everything holds after each time. */
export async function proveRestarts(subject: Subject, times: number): Promise<string[]> {
  const facts: string[] = [];
  for (let time = 1; time <= times; time += 1) {
    const say = (doing: string) => subject.say(`restart ${time} of ${times}: ${doing}`);
    const begun = subject.clock.now();
    const since = new Date(begun - 1);
    for (const service of [subject.web, subject.worker]) await restart({ ...subject, say }, service);
    const again: Subject = { ...subject, since, say, watchSeconds: Math.min(subject.watchSeconds, 15) };
    try {
      await proveLive(again);
      await proveWorkers(again);
      await proveRedis(again);
      await proveTestJob(again);
    } catch (error) {
      if (error instanceof ProofFailed)
        throw new ProofFailed(`after restart ${time}: ${error.message}`, [...facts, ...error.facts]);
      throw error;
    }
    facts.push(
      `restart ${time}: new instances, Redis and test job in order after ${((subject.clock.now() - begun) / 1000).toFixed(1)} s`,
    );
  }
  return facts;
}

/** Restarts a service and waits until a new instance is there. */
async function restart({ api, clock, say }: Subject, service: RenderService): Promise<void> {
  const before = new Set((await api.instances(service.id)).map(({ id }) => id));
  say(`restarting ${service.name}`);
  try {
    await api.restart(service.id);
  } catch (error) {
    // A lost answer: whether it restarts is to be seen below.
    if (!(error instanceof RenderError) || !error.isUncertain) throw error;
  }
  const deadline = clock.deadline(restartTimeoutMilliseconds);
  while (!(await api.instances(service.id)).some(({ id }) => !before.has(id))) {
    if (clock.now() >= deadline) throw new ProofFailed(`${service.name} has no new instance after a restart`);
    say(`waiting for a new instance of ${service.name}`);
    await clock.wait(pollMilliseconds);
  }
}
