/** Functions of 12 features, the same as in peer.py: threefold products, steps as trees make, nearly additive. */
export const games: Readonly<Record<string, (rows: number[][]) => number[]>> = {
  products: (rows) =>
    rows.map((x) => {
      let total = 0;
      for (let j = 0; j < 12; j++) {
        const triple = x[j]! * x[(j + 3) % 12]! * x[(j + 5) % 12]!;
        total += x[j]! * x[(j + 1) % 12]! + triple * (j % 2 === 1 ? 0.5 : -0.3);
      }
      return total;
    }),
  steps: (rows) =>
    rows.map((x) => {
      let total = 0;
      for (let j = 0; j < 12; j++) {
        if (x[j]! > 0) total += x[(j + 1) % 12]! > 0.5 ? 3 : -1;
        else total += x[(j + 5) % 12]! > -0.5 ? j : -2;
      }
      return total;
    }),
  additive: (rows) =>
    rows.map((x) => x.reduce((sum, value, j) => sum + j * value, 0) + x[0]! * x[1]! * x[2]! * x[3]!),
};
