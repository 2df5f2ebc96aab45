import { UnsupportedModelError } from "../../errors.js";
import { codeOf, type Field, type Fields, fieldThreshold } from "./fields.js";
import type { XmlElement } from "./xml.js";

/** What a missing value makes of a predicate. */
export type Outcome = "true" | "false" | "unknown";

/** A predicate on one field in the neutral form: `x <= threshold`, or a set of category codes. */
export interface FieldTest {
  readonly kind: "threshold" | "set";
  readonly field: Field;
  /** Of a threshold test. */
  readonly threshold: number;
  /** Of a set test, in rising order. */
  readonly codes: readonly number[];
  /** Whether the predicate is true where the test is false. */
  readonly negated: boolean;
  readonly missing: Outcome;
}

export type Predicate = { readonly kind: "always" | "never" } | FieldTest;

const PREDICATES = ["True", "False", "SimplePredicate", "SimpleSetPredicate", "CompoundPredicate"];

/** The predicate among an element's children. @throws UnsupportedModelError where it is on several fields */
export function readPredicate(parent: XmlElement, fields: Fields): Predicate {
  return predicateOf(parent.child(...PREDICATES), fields);
}

function predicateOf(element: XmlElement, fields: Fields): Predicate {
  switch (element.name) {
    case "True":
      return { kind: "always" };
    case "False":
      return { kind: "never" };
    case "SimplePredicate":
      return simple(element, fields);
    case "SimpleSetPredicate":
      return simpleSet(element, fields);
    default:
      return compound(element, fields);
  }
}

function simple(element: XmlElement, fields: Fields): FieldTest {
  const field = fields.named(element.attribute("field"), element);
  const operator = element.attribute("operator");
  const threshold = (negated: boolean, strict: boolean): FieldTest => {
    if (field.isCategorical)
      element.fail(`expected equal or notEqual for a categorical field, found ${operator}`);
    return {
      kind: "threshold",
      field,
      threshold: fieldThreshold(field, element.number("value"), strict),
      codes: [],
      negated,
      missing: "unknown",
    };
  };
  switch (operator) {
    case "lessOrEqual":
      return threshold(false, false);
    case "lessThan":
      return threshold(false, true);
    case "greaterThan":
      return threshold(true, false);
    case "greaterOrEqual":
      return threshold(true, true);
    case "isMissing":
      return presence(field, true);
    case "isNotMissing":
      return presence(field, false);
    case "equal":
    case "notEqual": {
      const negated = operator === "notEqual";
      if (!field.isCategorical) throw unread(element, `the operator ${operator} on a continuous field`);
      return setTest(field, [codeOf(field, element.attribute("value"), element)], negated);
    }
    default:
      return element.fail(`expected an operator of PMML, found ${operator}`);
  }
}

/** Whether a value is missing: every value that is not is at most infinity. */
function presence(field: Field, isMissing: boolean): FieldTest {
  return {
    kind: "threshold",
    field,
    threshold: Number.POSITIVE_INFINITY,
    codes: [],
    negated: isMissing,
    missing: isMissing ? "true" : "false",
  };
}

function setTest(field: Field, codes: number[], negated: boolean): FieldTest {
  const rising = [...new Set(codes)].sort((a, b) => a - b);
  return { kind: "set", field, threshold: Number.NaN, codes: rising, negated, missing: "unknown" };
}

function simpleSet(element: XmlElement, fields: Fields): FieldTest {
  const field = fields.named(element.attribute("field"), element);
  if (!field.isCategorical) throw unread(element, "a set of values on a continuous field");
  const operator = element.attribute("booleanOperator");
  if (operator !== "isIn" && operator !== "isNotIn")
    element.fail(`expected isIn or isNotIn, found ${operator}`);
  const values = arrayItems(element.child("Array"));
  const codes = values.map((value) => codeOf(field, value, element));
  return setTest(field, codes, operator === "isNotIn");
}

/** The items of an Array: separated by spaces, in double quotes where they hold some (\" is a quote inside). */
function arrayItems(element: XmlElement): string[] {
  const items: string[] = [];
  for (const [, quoted, plain] of element.text.matchAll(/"((?:[^"\\]|\\.)*)"|([^\s"]+)/g))
    items.push(quoted === undefined ? plain! : quoted.replace(/\\(.)/g, "$1"));
  const count = element.optionalNumber("n");
  if (count !== undefined && count !== items.length)
    element.fail(`expected ${count} items, found ${items.length}`);
  return items;
}

/**
 * Compound predicates that come to one test on one field: a test that says itself what a missing value makes of it,
 * as `isMissing or test`, `isNotMissing and test`, or a surrogate that always or never holds.
 */
function compound(element: XmlElement, fields: Fields): Predicate {
  const operator = element.attribute("booleanOperator");
  const parts = element.all(...PREDICATES).map((part) => predicateOf(part, fields));
  if (parts.length < 2) element.fail("expected at least two predicates");
  const [first, second] = parts as [Predicate, Predicate];
  if (parts.length === 2) {
    if (operator === "surrogate" && isTest(first) && !isTest(second))
      return first.missing === "unknown"
        ? { ...first, missing: second.kind === "always" ? "true" : "false" }
        : first;
    const combined = isTest(first) && isTest(second) ? withPresence(operator, first, second) : undefined;
    if (combined !== undefined) return combined;
  }
  throw unread(element, `a compound predicate (${operator}) on several fields`);
}

const isTest = (predicate: Predicate): predicate is FieldTest =>
  predicate.kind === "threshold" || predicate.kind === "set";

function withPresence(operator: string, a: FieldTest, b: FieldTest): FieldTest | undefined {
  if (a.field !== b.field || (operator !== "or" && operator !== "and")) return undefined;
  const wanted: Outcome = operator === "or" ? "true" : "false";
  const isPresence = (test: FieldTest) =>
    test.threshold === Number.POSITIVE_INFINITY &&
    test.negated === (operator === "or") &&
    test.missing === wanted;
  if (isPresence(a)) return { ...b, missing: wanted };
  return isPresence(b) ? { ...a, missing: wanted } : undefined;
}

function unread(where: XmlElement, what: string): UnsupportedModelError {
  return new UnsupportedModelError(
    `${where.path}: ${what} is not read`,
    "Export trees whose splits are on one field each",
  );
}
