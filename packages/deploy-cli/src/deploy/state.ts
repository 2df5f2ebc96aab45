import { randomUUID } from "node:crypto";
import { mkdir, open, readFile, rename, rm } from "node:fs/promises";
import { dirname, join } from "node:path";
import { z } from "zod";
import { usageError } from "../errors.js";

/** The steps of a deploy, in their order. */
export const stepNames = [
  "check",
  "lock",
  "look",
  "stamp",
  "commit",
  "push",
  "sync",
  "deploys",
  "verify",
  "retire",
  "unlock",
] as const;
export type StepName = (typeof stepNames)[number];

const serviceSchema = z.object({ id: z.string(), name: z.string() });

const stateSchema = z.object({
  version: z.literal(1),
  id: z.string(),
  startedAt: z.string(),
  remote: z.string(),
  branch: z.string(),
  file: z.string(),
  /** Which steps are done, and when. */
  done: z.partialRecord(z.enum(stepNames), z.string()),
  ownerId: z.string().optional(),
  blueprintId: z.string().optional(),
  webName: z.string().optional(),
  keyValueName: z.string().optional(),
  /** The worker's service name in this deploy: chosen once, so that a second run never stamps again. */
  workerName: z.string().optional(),
  /** The name that stood in the file before. */
  workerNameBefore: z.string().optional(),
  /** The worker services that this deploy is to replace. */
  previousWorkers: z.array(serviceSchema.extend({ autoDeploy: z.boolean() })).optional(),
  /** What web ran before, to go back to. */
  previousWeb: serviceSchema
    .extend({ deployId: z.string().optional(), commit: z.string().optional() })
    .optional(),
  commit: z.string().optional(),
  pushedAt: z.string().optional(),
  web: serviceSchema.optional(),
  worker: serviceSchema.optional(),
  keyValue: serviceSchema.optional(),
  verified: z.boolean().optional(),
  /** Why the deploy ended without success; a deploy that ended is not gone on with. */
  ended: z.object({ at: z.string(), why: z.string() }).optional(),
});

/** What is known of one deploy. No secret is ever part of it. */
export type DeployState = z.output<typeof stateSchema>;

/**
 * The state file of the deploy in progress, in `.git/shap-deploy`. Every step is written down before the next begins, so a
 * deploy that was cut off (crash, Ctrl-C, lost network) goes on where it was.
 */
export class StateFile {
  constructor(
    /** `.git/shap-deploy/deploy.json` */
    readonly path: string,
  ) {}

  /** The deploy that is in progress, if any. @throws a usage error when the file is not readable as one */
  async read(): Promise<DeployState | undefined> {
    let text: string;
    try {
      text = await readFile(this.path, "utf8");
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
      throw error;
    }
    try {
      return stateSchema.parse(JSON.parse(text));
    } catch (cause) {
      throw usageError(
        `The state of the last deploy in ${this.path} cannot be read (${cause instanceof SyntaxError ? cause.message : "a field is wrong"}).`,
        "state_broken",
        "look at shap-deploy status, then remove the file to start afresh",
      );
    }
  }

  /** Writes all or nothing: a crash leaves the old file or the new one. */
  async write(state: DeployState): Promise<void> {
    await mkdir(dirname(this.path), { recursive: true });
    const temporary = `${this.path}.${randomUUID()}.tmp`;
    const file = await open(temporary, "wx", 0o600);
    try {
      await file.writeFile(`${JSON.stringify(state, undefined, 2)}\n`);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(temporary, this.path);
  }

  /** Puts the finished deploy aside: the last one stays readable beside the file. */
  async archive(): Promise<void> {
    await rename(this.path, join(dirname(this.path), "last-deploy.json")).catch(async (error) => {
      if (error.code !== "ENOENT") throw error;
    });
  }

  /** The last deploy that came to its end, if its file is readable. */
  async last(): Promise<DeployState | undefined> {
    return await new StateFile(join(dirname(this.path), "last-deploy.json")).read().catch(() => undefined);
  }

  async remove(): Promise<void> {
    await rm(this.path, { force: true });
  }
}
