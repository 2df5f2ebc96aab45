import type { MemoryWatch, ModelCatalogue, ServedModel, Settings } from "@shap-service/jobs";
import { json, type Response, Router } from "express";
import { type Explanation, type Matrix, rowsOf } from "shap-core";
import { z } from "zod";
import { DirectWork } from "../direct-work.js";
import { explainRows } from "../explain-rows.js";
import { noQuery } from "../http/no-query.js";
import { ProblemError } from "../http/problem.js";
import { everyRequest, shedLoad } from "../http/shed-load.js";
import { AS_JOB, bodyOf, isJson, MAX_BODY, output, perturbation, readRows, rows } from "./explain.js";
import { findModel } from "./find-model.js";

const drawing = {
  maxDisplay: z.coerce.number().int().min(1).max(500).optional(),
  width: z.coerce.number().int().min(360).max(4000).optional(),
  theme: z.enum(["light", "dark", "auto"]).optional(),
  /** The feature a scatter plot draws. */
  feature: z.string().optional(),
  /** The output of a model that has several. */
  of: z.string().optional(),
  perturbation,
  output,
};

/** Options of `GET`, which draws the background rows. */
export const plotQuery = z.strictObject(drawing);
/** Body of `POST`, which draws the rows it is given. */
export const plotRequest = z.strictObject({ rows, ...drawing });

type PlotOptions = z.output<typeof plotQuery>;
/** Loaded with the first plot: most services draw none. */
const loadPlots = () => import("shap-plots");
type Drawing = Awaited<ReturnType<typeof loadPlots>>;

interface Plot {
  /** Rows it draws: the first ones. */
  readonly rows: number;
  readonly draw: (drawing: Drawing, explanation: Explanation, options: PlotOptions) => string;
}

const common = ({ maxDisplay, width, theme, of }: PlotOptions) => ({
  ...(maxDisplay === undefined ? {} : { maxDisplay }),
  ...(width === undefined ? {} : { width }),
  ...(theme === undefined ? {} : { theme }),
  ...(of === undefined ? {} : { output: of }),
});

const every = Number.POSITIVE_INFINITY;
const plots: Readonly<Record<string, Plot>> = {
  waterfall: {
    rows: 1,
    draw: ({ waterfall }, explanation, options) => waterfall(explanation, { ...common(options), row: 0 }),
  },
  beeswarm: {
    rows: every,
    draw: ({ beeswarm }, explanation, options) => beeswarm(explanation, common(options)),
  },
  bar: { rows: every, draw: ({ bar }, explanation, options) => bar(explanation, common(options)) },
  force: {
    rows: 1,
    draw: ({ force }, explanation, options) => force(explanation, { ...common(options), row: 0 }),
  },
  scatter: {
    rows: every,
    draw: ({ scatter }, explanation, options) => {
      if (options.feature === undefined) throw new ProblemError("bad-request", "scatter needs feature=NAME");
      return scatter(explanation, { ...common(options), feature: options.feature });
    },
  },
};

type PlotAddress = { name: string; plot: string };

/** Explanations drawn as SVG. */
export function plotRoutes(
  settings: Pick<Settings, "maxSyncRows" | "memory">,
  models: ModelCatalogue,
  memory: MemoryWatch,
): Router {
  const router = Router();

  const explained = async (
    client: Response,
    wayOut: string,
    served: ServedModel,
    matrix: Matrix,
    options: PlotOptions,
  ): Promise<Explanation> => {
    const { limitBytes } = settings.memory;
    const explainer = models.explainer(served, options);
    const work = new DirectWork({ client, wayOut });
    const { output } = options;
    const pieces = { output, limitBytes };
    return (await explainRows(served.model, explainer, matrix, pieces, work)).explanation;
  };

  router.get<PlotAddress>("/:name/plots/:plot", shedLoad(memory, everyRequest), async (req, res) => {
    const plot = findPlot(req.params.plot);
    const options = plotQuery.parse(req.query);
    const served = await findModel(models, req.params.name);
    if (served.background === undefined) {
      throw new ProblemError(
        "bad-request",
        "This model has no background rows to draw; POST the rows to draw",
      );
    }
    const drawn = rowsOf(served.background, 0, Math.min(plot.rows, settings.maxSyncRows));
    const explanation = await explained(res, "POST those to draw", served, drawn, options);
    res.type("image/svg+xml").send(plot.draw(await loadPlots(), explanation, options));
  });

  const body = json({ limit: MAX_BODY, strict: false, type: isJson });
  router.post("/:name/plots/:plot", noQuery, body, async (req, res) => {
    const plot = findPlot(req.params.plot);
    const { rows: given, ...options } = plotRequest.parse(bodyOf(req));
    const served = await findModel(models, req.params.name);
    const matrix = readRows(given, served.model, settings.maxSyncRows);
    const explanation = await explained(res, AS_JOB, served, rowsOf(matrix, 0, plot.rows), options);
    res.type("image/svg+xml").send(plot.draw(await loadPlots(), explanation, options));
  });
  return router;
}

function findPlot(name: string): Plot {
  const plot = Object.hasOwn(plots, name) ? plots[name] : undefined;
  if (plot !== undefined) return plot;
  throw new ProblemError(
    "not-found",
    `There is no plot ${JSON.stringify(name)}; there are ${Object.keys(plots).join(", ")}`,
  );
}
