import { nodeField as field } from "./quadrature-program.js";

/** ../../../assembly/quadrature.ts for one row at a time; the mathematics is in ../soft-decisions.ts. */
export class PlainQuadrature {
  private row = 0;
  /** Per level, whether the row goes right, and whether it met all earlier conditions on the feature. */
  private readonly right: boolean[] = [];
  private readonly hot: boolean[] = [];

  constructor(
    private readonly float64: Float64Array,
    private readonly int32: Int32Array,
    private readonly rule: number,
    private readonly points: number,
    private readonly ranks: number,
    private readonly rows: number,
    private readonly sums: number,
    private readonly stride: number,
    private readonly valueOffset: number,
  ) {}

  addRow(root: number, row: number): void {
    this.row = row;
    const reach = Float64Array.from(
      { length: this.points },
      (_, q) => this.float64[(this.rule >> 3) + 2 * (this.points + q)]!,
    );
    this.visit(root, 0, reach);
  }

  private visit(reference: number, level: number, reach: Float64Array): Float64Array {
    const { float64, int32, points } = this;
    const expected = new Float64Array(points);
    if (reference < 0) return expected.fill(float64[(~reference + this.valueOffset) >> 3]!);
    const at = reference >> 2;
    const ratio = float64[reference >> 3]!;
    const cold = float64[(reference >> 3) + 1]!;
    const earlier = int32[at + field.earlier]!;
    const rank = float64[(this.ranks >> 3) + int32[at + field.column]! * this.rows + this.row]!;
    const right = rank > int32[at + field.threshold]!;
    const hot =
      earlier < 0 || (this.hot[earlier >> 1]! && this.right[earlier >> 1] === ((earlier & 1) === 1));
    this.right[level] = right;
    this.hot[level] = hot;

    const share = new Float64Array(points);
    const toLeft = new Float64Array(points);
    const toRight = new Float64Array(points);
    for (let q = 0; q < points; q++) {
      const t = float64[(this.rule >> 3) + 2 * q]!;
      const c = cold * (1 - t);
      const before = earlier < 0 ? 1 : t + c;
      share[q] = hot ? (c * ratio) / before + (right ? 0 : t / before) : ratio;
      toLeft[q] = share[q]! * reach[q]!;
      toRight[q] = reach[q]! - toLeft[q]!;
    }
    const left = this.visit(int32[at + field.left]!, level + 1, toLeft);
    const below = this.visit(int32[at + field.right]!, level + 1, toRight);
    let sum = 0;
    for (let q = 0; q < points; q++) {
      const difference = left[q]! - below[q]!;
      expected[q] = below[q]! + share[q]! * difference;
      const t = float64[(this.rule >> 3) + 2 * q]!;
      const before = earlier < 0 ? 1 : t + cold * (1 - t);
      sum += reach[q]! * (cold / (before * before)) * difference;
    }
    if (hot) {
      this.float64[(this.sums >> 3) + int32[at + field.slot]! * this.stride + this.row]! +=
        ((right ? 0 : 1) - ratio) * sum;
    }
    return expected;
  }
}
