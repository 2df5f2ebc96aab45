import {
  type Backend,
  CheckFailedError,
  isModelName,
  type Logger,
  type ModelCatalogue,
  ModelChangedError,
  ModelRefusedError,
  ModelUploads,
  NoUploadError,
  type Settings,
  StoreFullError,
  StoreUnavailableError,
} from "@shap-service/jobs";
import { type Response, Router } from "express";
import { z } from "zod";
import { requireRole } from "../http/authenticate.js";
import { noQuery } from "../http/no-query.js";
import { ProblemError } from "../http/problem.js";
import { readBackgroundUpload, readModelUpload } from "../upload/read-model-upload.js";
import { findModel } from "./find-model.js";
import { sendModel } from "./models.js";

/** What becomes of the stored background rows when a new model file comes. */
export const modelUploadQuery = z.strictObject({ background: z.enum(["keep", "drop"]).default("keep") });

/** Uploads of models and their background rows, for admins. */
export function modelUploadRoutes(
  settings: Settings,
  backend: Backend,
  models: ModelCatalogue,
  log: Logger,
): Router {
  const router = Router();
  const uploads = new ModelUploads(backend.modelStore, backend.jobs, settings.modelLimits);
  const { maxBytes } = settings.modelLimits;

  router.put<{ name: string }>("/:name", requireRole("admin"), async (req, res) => {
    const { background } = modelUploadQuery.parse(req.query);
    const { name } = req.params;
    refuseName(name);
    const { created } = await changing(res, async () => {
      // Asked before a byte is read: a store that is away takes nothing in.
      await backend.modelStore.get(name);
      return uploads.inTurn(async () => {
        const file = await readModelUpload(req, res, maxBytes);
        return uploads.putModel(name, file, background === "keep").catch(keptRowsMisfit);
      });
    });
    res.status(created && models.file(name) === undefined ? 201 : 200).location(`/v1/models/${name}`);
    sendModel(res, await findModel(models, name));
  });

  router.put<{ name: string }>("/:name/background", requireRole("admin"), noQuery, async (req, res) => {
    const { name } = req.params;
    const { created } = await changing(res, async () => {
      await uploads.find(name).catch(explainAbsent(name, "put its background rows beside it as a file"));
      return uploads.inTurn(async () => {
        const rows = await readBackgroundUpload(req, res, maxBytes);
        return uploads.putBackground(name, rows);
      });
    });
    res.status(created ? 201 : 200);
    sendModel(res, await findModel(models, name));
  });

  router.delete<{ name: string }>("/:name", requireRole("admin"), noQuery, async (req, res) => {
    const { name } = req.params;
    await changing(res, () =>
      uploads.remove(name).catch(explainAbsent(name, "remove the file and start anew")),
    );
    res.status(204).end();
  });

  /** A change, and then this process's own knowledge of it; the others are told. */
  async function changing<T>(res: Response, change: () => Promise<T>): Promise<T> {
    try {
      const done = await change();
      await models.look();
      return done;
    } catch (error) {
      if (error instanceof CheckFailedError) {
        const { requestId } = res.locals as { requestId: string };
        log.warn({ requestId, reason: error.message, ...error.end }, "a model could not be checked");
      }
      if (error instanceof StoreFullError) {
        throw new ProblemError("store-full", `No room is left for this model: ${error.message}`, {
          retryAfterSeconds: 60,
        });
      }
      if (error instanceof StoreUnavailableError) {
        throw new ProblemError("queue-away", "Models cannot be changed just now", { retryAfterSeconds: 5 });
      }
      throw error;
    }
  }

  /** @throws ProblemError that says why a model that is served, or was never there, is no upload */
  function explainAbsent(name: string, remedy: string) {
    return async (error: unknown): Promise<never> => {
      if (!(error instanceof NoUploadError)) throw error;
      if (models.file(name) !== undefined) {
        throw new ProblemError("model-is-file", `${name} is a file of the model folder: ${remedy}`);
      }
      // The store has told of no upload; what this process knew may be older than that.
      await models.look();
      const { origin } = await findModel(models, name);
      if (origin === "upload") throw new ModelChangedError(`model ${name} was uploaded just now`);
      throw new ProblemError(
        "model-is-file",
        `${name} is the bundled example, which steps back once a model is uploaded`,
      );
    };
  }
  return router;
}

function refuseName(name: string): void {
  if (isModelName(name)) return;
  throw new ProblemError(
    "bad-request",
    "A model's name holds 1 to 100 letters, digits, '.', '_' and '-', and begins with no '.'",
  );
}

/** The kept rows, and not what was sent, may be what does not fit. */
function keptRowsMisfit(error: unknown): never {
  if (!(error instanceof ModelRefusedError) || error.reason !== "background") throw error;
  throw new ProblemError(
    "background-misfit",
    `The background rows that are stored do not fit this model: ${error.message}. Send it with ?background=drop, and new background rows after it`,
    { errors: [{ ...error.place, detail: error.message }] },
  );
}
