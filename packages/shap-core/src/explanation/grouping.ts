import { Explanation } from "../explanation.js";

export function groupFeatures(
  explanation: Explanation,
  groups: Readonly<Record<string, string>> | ReadonlyMap<string, string>,
): Explanation {
  const lookUp = groups instanceof Map ? groups : new Map(Object.entries(groups));
  const members = new Map<string, number[]>();
  // A feature that no group names is not added to the other one of the same name: names are looked up once.
  explanation.select({ features: [...lookUp.keys()] });
  explanation.featureNames.forEach((name, j) => {
    const group = lookUp.get(name) ?? name;
    members.set(group, [...(members.get(group) ?? []), j]);
  });
  const { values, data, outputNames } = explanation;
  const features = explanation.featureNames.length;
  const outputs = outputNames.length;
  const lists = [...members.values()];
  const summed = new Float64Array(data.rows * lists.length * outputs);
  const grouped = new Float64Array(data.rows * lists.length);
  for (let r = 0; r < data.rows; r++) {
    lists.forEach((list, g) => {
      grouped[r * lists.length + g] = list.length === 1 ? data.data[r * features + list[0]!]! : Number.NaN;
      for (const j of list) {
        for (let k = 0; k < outputs; k++) {
          summed[(r * lists.length + g) * outputs + k]! += values[(r * features + j) * outputs + k]!;
        }
      }
    });
  }
  return new Explanation({
    ...explanation,
    values: summed,
    data: { data: grouped, rows: data.rows, columns: lists.length },
    featureNames: [...members.keys()],
    // Errors of features of one row hang together, so those of their sum are not known.
    standardErrors: undefined,
  });
}
