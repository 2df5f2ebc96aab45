import { UnsupportedModelError } from "../../errors.js";
import type { Refusal } from "../../model/rows.js";
import { atMostFloat32, lessThanFloat32, lessThanFloat64 } from "../thresholds.js";
import type { XmlElement } from "./xml.js";

/** An active field of the model: one column of the rows. */
export interface Field {
  readonly name: string;
  readonly index: number;
  readonly isCategorical: boolean;
  /** A category's code is its place here. Undefined for numbers that the dictionary does not list, and for booleans. */
  readonly names: string[] | undefined;
  readonly isNumeric: boolean;
  /** Whether the dictionary lists all values, so that any other is invalid. */
  readonly isClosed: boolean;
  readonly isFloat32: boolean;
  /** What a missing value counts as, where the file says so. */
  readonly replacement: string | undefined;
  readonly invalid: "returnInvalid" | "asIs" | "asMissing";
}

const CODE_LIMIT = 2 ** 20;

/** The active fields of the top model, and what is refused in each (filled while the trees are read). */
export class Fields {
  readonly list: Field[] = [];
  readonly refusals: { missing: boolean; unseen: boolean }[] = [];
  private readonly byName = new Map<string, Field>();
  private readonly derived: ReadonlySet<string>;

  constructor(pmml: XmlElement, model: XmlElement) {
    const dictionary = new Map(
      pmml
        .child("DataDictionary")
        .all("DataField")
        .map((field) => [field.attribute("name"), field]),
    );
    this.derived = new Set(
      [pmml.optional("TransformationDictionary"), model.optional("LocalTransformations")].flatMap(
        (group) => group?.all("DerivedField").map((field) => field.attribute("name")) ?? [],
      ),
    );
    for (const use of model.child("MiningSchema").all("MiningField")) {
      if ((use.attributes.get("usageType") ?? "active") !== "active") continue;
      const name = use.attribute("name");
      const definition = dictionary.get(name) ?? use.fail(`expected a DataField ${JSON.stringify(name)}`);
      if (this.byName.has(name)) use.fail(`expected the field ${JSON.stringify(name)} once`);
      const field = readField(use, definition, this.list.length);
      this.list.push(field);
      this.byName.set(name, field);
      const refusesUnseen = field.isClosed && field.isCategorical && field.invalid === "returnInvalid";
      this.refusals.push({ missing: false, unseen: refusesUnseen });
    }
    if (this.list.length === 0) model.child("MiningSchema").fail("expected at least one active field");
  }

  /** The active field of a name. @throws UnsupportedModelError for a derived field, ModelFormatError for no field */
  named(name: string, where: XmlElement): Field {
    const field = this.byName.get(name);
    if (field !== undefined) return field;
    if (this.derived.has(name)) {
      throw new UnsupportedModelError(
        `The PMML model computes the field ${JSON.stringify(name)} (DerivedField), which is not read`,
        "Export the model without its transformations, and give rows as they come out of them",
      );
    }
    return where.fail(`expected an active field of the model, found ${JSON.stringify(name)}`);
  }

  get names(): string[] {
    return this.list.map((field) => field.name);
  }

  get categories(): (readonly string[] | undefined)[] | undefined {
    return this.list.some((field) => field.names !== undefined)
      ? this.list.map((field) => field.names)
      : undefined;
  }

  get refused(): (Refusal | undefined)[] | undefined {
    const any = (refusal: Refusal) => refusal.missing || refusal.unseen;
    return this.refusals.some(any)
      ? this.refusals.map((refusal) => (any(refusal) ? refusal : undefined))
      : undefined;
  }
}

function readField(use: XmlElement, definition: XmlElement, index: number): Field {
  const outliers = use.attributes.get("outliers") ?? "asIs";
  if (outliers !== "asIs") throw unread(use, `outliers="${outliers}"`);
  const invalid = use.attributes.get("invalidValueTreatment") ?? "returnInvalid";
  if (invalid !== "returnInvalid" && invalid !== "asIs" && invalid !== "asMissing")
    throw unread(use, `invalidValueTreatment="${invalid}"`);
  const dataType = definition.attribute("dataType");
  const isCategorical = definition.attribute("optype") !== "continuous";
  const isNumeric = dataType !== "string" && dataType !== "boolean";
  const values = definition.all("Value").filter((value) => !isMissingNumber(value, isNumeric));
  if (values.some((value) => (value.attributes.get("property") ?? "valid") !== "valid"))
    throw unread(definition, "Value with a property of invalid or missing");
  const listed = values.map((value) => plainName(value.attribute("value"), isNumeric));
  const hasNames = isCategorical && dataType !== "boolean" && (dataType === "string" || listed.length > 0);
  return {
    name: use.attribute("name"),
    index,
    isCategorical,
    names: hasNames ? listed : undefined,
    isNumeric,
    isClosed: listed.length > 0,
    isFloat32: dataType === "float",
    replacement: use.attributes.get("missingValueReplacement"),
    invalid,
  };
}

/** A NaN that is said to be missing (as JPMML writes for LightGBM and XGBoost) is so here anyway. */
function isMissingNumber(value: XmlElement, isNumeric: boolean): boolean {
  return isNumeric && value.attributes.get("property") === "missing" && value.attribute("value") === "NaN";
}

/** The code of a categorical field's value as a file writes it. */
export function codeOf(field: Field, value: string, where: XmlElement): number {
  if (field.names !== undefined) {
    const code = field.names.indexOf(plainName(value, field.isNumeric));
    if (code >= 0) return code;
    if (field.isClosed)
      return where.fail(`expected a value of the field ${field.name}, found ${JSON.stringify(value)}`);
    return field.names.push(value) - 1;
  }
  if (value === "true" || value === "false") return value === "true" ? 1 : 0;
  const code = Number(value);
  return Number.isInteger(code) && code >= 0 && code < CODE_LIMIT && value.trim() !== ""
    ? code
    : where.fail(`expected a whole number from 0 as a category, found ${JSON.stringify(value)}`);
}

/** A category's name; a number in the form JavaScript writes it, as rows have it. */
function plainName(value: string, isNumeric: boolean): string {
  return isNumeric && value.trim() !== "" ? String(Number(value)) : value;
}

/** `x <= value` (`x < value` where strict) as a threshold of the neutral form, in the field's own precision. */
export function fieldThreshold(field: Field, value: number, strict: boolean): number {
  if (!field.isFloat32) return strict ? lessThanFloat64(value) : value;
  return strict ? lessThanFloat32(value) : atMostFloat32(Math.fround(value));
}

function unread(where: XmlElement, what: string): UnsupportedModelError {
  return new UnsupportedModelError(`${where.path}: ${what} is not read`, "Export the model without it");
}
