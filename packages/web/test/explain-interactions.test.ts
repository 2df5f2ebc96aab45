import { AdditivityError, createExplainer, type Explainer, loadModel, type Rows, toMatrix } from "shap-core";
import { ClientGoneError, DirectWork } from "../src/direct-work.js";
import { explainInteractions } from "../src/explain-interactions.js";
import { exampleText, sampleRows } from "./service.js";

const model = loadModel(exampleText("model.json"));
const explainer = createExplainer(model);
const matrix = toMatrix(sampleRows(12), model);
const predictions = model.predict(matrix);
const wayOut = "leave out interactions";
const work = (client = { destroyed: false }, mostMs?: number) => new DirectWork({ client, wayOut, mostMs });

/** The explainer of a model whose every row takes `ms`. */
function slow(ms: number, onPiece: () => void = () => {}): Explainer {
  return {
    ...explainer,
    explainInteractions: (rows: Rows) => {
      const end = performance.now() + ms * (rows as typeof matrix).rows;
      const values = explainer.explainInteractions(rows);
      while (performance.now() < end);
      onPiece();
      return values;
    },
  } as Explainer;
}

describe("pairwise values in pieces", () => {
  it("are those of the whole", async () => {
    const whole = explainer.explainInteractions(matrix);
    const pieces = await explainInteractions(explainer, matrix, predictions, work());
    expect(pieces.shape).toEqual(whole.shape);
    expect(pieces.values).toEqual(whole.values);
  });

  it("let the event loop turn between rows of a slow model", async () => {
    let turns = 0;
    const counting = slow(110, () => setImmediate(() => turns++));
    await explainInteractions(counting, toMatrix(sampleRows(4), model), predictions, work());
    expect(turns).toBe(4);
  });

  it("are refused where they do not add up to the prediction", async () => {
    const off = {
      ...predictions,
      values: predictions.values.map((value, i) => (i === 7 ? value + 1e-6 : value)),
    };
    await expect(explainInteractions(explainer, matrix, off, work())).rejects.toThrow(AdditivityError);
  });

  it("end where the client has gone", async () => {
    const client = { destroyed: false };
    let pieces = 0;
    const leaving = slow(110, () => {
      client.destroyed = ++pieces === 2;
    });
    await expect(explainInteractions(leaving, matrix, predictions, work(client))).rejects.toThrow(
      ClientGoneError,
    );
    expect(pieces).toBe(2);
  });

  it("are refused early where they would take too long, with what would work", async () => {
    let pieces = 0;
    const counting = slow(60, () => pieces++);
    await expect(
      explainInteractions(counting, matrix, predictions, work(undefined, 200)),
    ).rejects.toMatchObject({
      code: "too-many-rows",
      message: expect.stringMatching(
        /^12 rows would take some 1 s; a direct request may take 0.2 s: ask for 1 rows at a time, or leave out interactions$/,
      ),
    });
    expect(pieces).toBeLessThan(12);
  });
});
