import { UnsupportedModelError } from "../../errors.js";
import type { SourceLeaf, SourceNode, SourceTree } from "../tree-builder.js";
import { codeOf, type Fields, fieldThreshold } from "./fields.js";
import { type FieldTest, type Predicate, readPredicate } from "./predicate.js";
import type { XmlElement } from "./xml.js";

/**
 * A PMML TreeModel as binary splits. A node's children are asked in order, the first whose predicate holds is taken:
 * with children c1, c2, c3 that is `p1 ? c1 : p2 ? c2 : ...`, up to the child that must hold where those before do not.
 *
 * @param leafValue what a node adds where it is the last one reached
 * @throws UnsupportedModelError for strategies that are no tree of one answer a row
 */
export function pmmlTree(
  tree: XmlElement,
  fields: Fields,
  leafValue: (node: XmlElement) => SourceLeaf["value"],
): Omit<SourceTree, "output"> {
  const reader = new TreeReader(tree, fields, leafValue);
  const rootNode = tree.child("Node");
  if (readPredicate(rootNode, fields).kind !== "always")
    rootNode.fail("expected a root whose predicate is True");
  const root = reader.add(rootNode);
  const { nodes } = reader;
  return { path: tree.path, nodeCount: nodes.length, root, node: (id) => nodes[id]! };
}

/** Where a value goes at a child's predicate: into the child, on to the next, to the node's own score, or nowhere. */
type Route = "child" | "next" | "last" | "null";

interface Child {
  readonly element: XmlElement;
  readonly predicate: Predicate;
}

class TreeReader {
  readonly nodes: SourceNode[] = [];
  private readonly missingStrategy: string;
  /** Whether a row that no child takes ends with the node's own score. */
  private readonly endsWithLast: boolean;

  constructor(
    tree: XmlElement,
    private readonly fields: Fields,
    private readonly leafValue: (node: XmlElement) => SourceLeaf["value"],
  ) {
    const missing = tree.attributes.get("missingValueStrategy") ?? "none";
    if (!["none", "defaultChild", "lastPrediction", "nullPrediction"].includes(missing))
      throw unread(tree, `missingValueStrategy="${missing}"`);
    this.missingStrategy = missing;
    const none = tree.attributes.get("noTrueChildStrategy") ?? "returnNullPrediction";
    if (none !== "returnNullPrediction" && none !== "returnLastPrediction")
      tree.fail(`expected returnNullPrediction or returnLastPrediction, found ${none}`);
    this.endsWithLast = none === "returnLastPrediction";
  }

  /** Adds a node and all below it; gives its id. */
  add(element: XmlElement): number {
    const children = element
      .all("Node")
      .map((child): Child => ({ element: child, predicate: readPredicate(child, this.fields) }))
      .filter(({ predicate }) => predicate.kind !== "never");
    const cover = element.optionalNumber("recordCount");
    if (children.length === 0) return this.leaf(element, cover);
    const { stop, isComplete } = lastNeeded(children, this.endsWithLast);
    const last = children[stop]!.predicate;
    // Only the listed categories are taken: any other finds no prediction, also where the file lets it in as it is.
    if (isComplete && last.kind === "set")
      this.fields.refusals[last.field.index]!.unseen ||= last.field.invalid === "asIs";
    const covers = remainingCovers(cover, children);
    let rest = isComplete ? this.lastChild(element, children, stop) : this.end(element, covers[stop + 1]);
    for (let i = isComplete ? stop - 1 : stop; i >= 0; i--) {
      const test = children[i]!.predicate as FieldTest;
      const child = this.add(children[i]!.element);
      rest = this.split(test, child, rest, this.missingRoute(test, i, element, children), element, covers[i]);
    }
    return rest;
  }

  private leaf(element: XmlElement, cover: number | undefined): number {
    return this.push({ kind: "leaf", value: this.leafValue(element), cover });
  }

  private push(node: SourceNode): number {
    return this.nodes.push(node) - 1;
  }

  /** What a row finds that no child takes. */
  private end(element: XmlElement, cover: number | undefined): number {
    if (this.endsWithLast) return this.leaf(element, cover);
    throw unread(
      element,
      "a node whose children do not take every value (noTrueChildStrategy returnNullPrediction)",
    );
  }

  /** The child that takes all that those before it leave; a missing value may still pass it by. */
  private lastChild(element: XmlElement, children: readonly Child[], stop: number): number {
    const { predicate, element: last } = children[stop]!;
    const child = this.add(last);
    if (predicate.kind !== "threshold" && predicate.kind !== "set") return child;
    const route = this.missingRoute(predicate, stop, element, children);
    if (route === "child") return child;
    if (route === "null" || (route === "next" && !this.endsWithLast)) {
      this.fields.refusals[predicate.field.index]!.missing = true;
      return child;
    }
    return this.exceptMissing(predicate, child, element);
  }

  /** `child` for a value that is present, the node's own score for one that is missing. */
  private exceptMissing(test: FieldTest, child: number, element: XmlElement): number {
    if (test.field.isClosed && test.field.invalid === "asMissing")
      throw unread(element, 'invalidValueTreatment="asMissing" with predictions for missing values');
    const last = this.leaf(element, undefined);
    return this.push({
      kind: "split",
      feature: test.field.index,
      threshold: Number.POSITIVE_INFINITY,
      left: child,
      right: last,
      missingLeft: false,
    });
  }

  private split(
    test: FieldTest,
    whenTrue: number,
    whenFalse: number,
    route: Route,
    element: XmlElement,
    cover: number | undefined,
  ): number {
    const { field } = test;
    if (route === "null") this.fields.refusals[field.index]!.missing = true;
    const missing = route === "child" ? whenTrue : whenFalse;
    const inside = test.negated ? whenFalse : whenTrue;
    const outside = test.negated ? whenTrue : whenFalse;
    const common = { kind: "split", feature: field.index, cover } as const;
    const sides = { left: inside, right: outside, missingLeft: missing === inside };
    const made =
      test.kind === "threshold"
        ? this.push({ ...common, ...sides, threshold: test.threshold })
        : this.push({ ...common, ...setSides(test, sides) });
    return route === "last" ? this.exceptMissing(test, made, element) : made;
  }

  /** Where a missing value of the field goes at child i. */
  private missingRoute(test: FieldTest, i: number, element: XmlElement, children: readonly Child[]): Route {
    const outcome = test.field.replacement === undefined ? test.missing : replaced(test, element);
    if (outcome !== "unknown") return outcome === "true" ? "child" : "next";
    if (this.missingStrategy === "none") return "next";
    if (this.missingStrategy === "lastPrediction") return "last";
    if (this.missingStrategy === "nullPrediction") return "null";
    const id = element.attribute("defaultChild");
    const target = children.findIndex((child) => child.element.attributes.get("id") === id);
    if (target < 0) element.fail(`expected a child with the id ${JSON.stringify(id)} (defaultChild)`);
    if (target === i) return "child";
    // On the way to a later child no test on another field may take the row, nor may the row have passed it by.
    const between = children.slice(0, target + 1).every(({ predicate }, at) => {
      const isSame = "field" in predicate && predicate.field === test.field;
      return isSame || (at === target && at > i && predicate.kind === "always");
    });
    if (!between) throw unread(element, "a defaultChild among children whose tests are on several fields");
    // A missing value was taken by the default child before: what it finds here does not matter.
    return target < i ? "child" : "next";
  }
}

/**
 * In a set test a code outside of the set goes right. Where a value that the dictionary does not list counts as
 * missing, the set is turned so that it goes the way of missing values.
 */
function setSides(test: FieldTest, sides: { left: number; right: number; missingLeft: boolean }) {
  const { field, codes } = test;
  const turn = field.isClosed && field.invalid === "asMissing" && sides.missingLeft;
  if (!turn) return { ...sides, categories: bitsOf(codes) };
  const others = [...(listedCodes(test) ?? [])].filter((code) => !codes.includes(code));
  return { left: sides.right, right: sides.left, missingLeft: false, categories: bitsOf(others) };
}

function bitsOf(codes: readonly number[]): Uint32Array {
  const words = new Uint32Array(codes.length === 0 ? 1 : (Math.max(...codes) >>> 5) + 1);
  for (const code of codes) words[code >>> 5]! |= 1 << (code & 31);
  return words;
}

/** What the predicate says of the value that replaces a missing one. */
function replaced(test: FieldTest, where: XmlElement): "true" | "false" {
  const { field } = test;
  const text = field.replacement!;
  const isInside =
    test.kind === "set"
      ? test.codes.includes(codeOf(field, text, where))
      : fieldThreshold(field, Number(text), false) <= test.threshold;
  return isInside !== test.negated ? "true" : "false";
}

/**
 * The first child that takes all values that those before it leave, so that no child after it is ever reached.
 * Known where it is True, or where the children up to it test one field: thresholds leave an interval, sets leave
 * some of the listed codes.
 */
function lastNeeded(
  children: readonly Child[],
  endsWithLast: boolean,
): { stop: number; isComplete: boolean } {
  let above = Number.NEGATIVE_INFINITY;
  let upTo = Number.POSITIVE_INFINITY;
  let codes: Set<number> | undefined;
  const first = children[0]!.predicate;
  for (let i = 0; i < children.length; i++) {
    const { predicate } = children[i]!;
    if (predicate.kind !== "threshold" && predicate.kind !== "set") return { stop: i, isComplete: true };
    if (!("field" in first) || first.field !== predicate.field || first.kind !== predicate.kind) continue;
    if (predicate.kind === "threshold") {
      if (predicate.negated) upTo = Math.min(upTo, predicate.threshold);
      else above = Math.max(above, predicate.threshold);
      // What is left is above < x <= upTo.
      if (above >= upTo) return { stop: i, isComplete: true };
    } else {
      codes ??= endsWithLast && predicate.field.invalid === "asIs" ? undefined : listedCodes(predicate);
      const takes = (code: number) => predicate.codes.includes(code) !== predicate.negated;
      codes = codes && new Set([...codes].filter((code) => !takes(code)));
      if (codes?.size === 0) return { stop: i, isComplete: true };
    }
  }
  return { stop: children.length - 1, isComplete: false };
}

/** The codes a closed field can have (0 and 1 for a boolean); undefined where they are not known. */
function listedCodes({ field }: FieldTest): Set<number> | undefined {
  return field.isClosed ? new Set(field.names?.keys() ?? [0, 1]) : undefined;
}

/** The training weight that reaches child i: the node's, less that of the children before. */
function remainingCovers(cover: number | undefined, children: readonly Child[]): (number | undefined)[] {
  const covers: (number | undefined)[] = [cover];
  for (const { element } of children) {
    const before = covers.at(-1);
    const own = element.optionalNumber("recordCount");
    covers.push(before === undefined || own === undefined ? undefined : Math.max(0, before - own));
  }
  return covers;
}

function unread(where: XmlElement, what: string): UnsupportedModelError {
  return new UnsupportedModelError(
    `${where.path}: ${what} is not read`,
    "Export the trees with one prediction for every row, for example missingValueStrategy defaultChild",
  );
}
