import { UnsupportedModelError } from "../errors.js";
import type { Content } from "./content.js";

interface ForeignFormat {
  readonly what: string;
  readonly remedy: string;
  readonly recognises: (head: string) => boolean;
}

/** Files people have and that are not read, with the way to one that is. */
const foreignFormats: readonly ForeignFormat[] = [
  {
    what: "The file is a Python pickle (or joblib), which only Python can open",
    remedy:
      "In Python save XGBoost with save_model('model.json'), LightGBM with booster_.save_model('model.txt'), " +
      "CatBoost with save_model('model.json', format='json') and scikit-learn with examples/export_sklearn.py",
    recognises: (head) => head.charCodeAt(0) === 0x80 && head.charCodeAt(1) <= 5,
  },
  {
    what: "The file is CatBoost's binary format (cbm)",
    remedy: "Save it with model.save_model('model.json', format='json')",
    recognises: (head) => head.startsWith("CBM1"),
  },
  {
    what: "The file is XGBoost's old binary format, removed in XGBoost 3.1",
    remedy: "Load it with an XGBoost before 3.1 and save it with save_model('model.json')",
    recognises: (head) => head.startsWith("binf") || head.startsWith("bs64"),
  },
  {
    what: "The file is compressed with gzip",
    remedy: "Give the decompressed bytes",
    recognises: (head) => head.startsWith("\x1f\x8b"),
  },
  {
    what: "The file is a ZIP archive",
    remedy:
      "Give the model file itself; for an H2O MOJO there is no reader, export the trees as PMML or ONNX",
    recognises: (head) => head.startsWith("PK\x03\x04"),
  },
  {
    what: "The file is an XGBoost text dump, which is meant for people",
    remedy: "Save the model with save_model('model.json')",
    recognises: (head) => /^(booster\[0\]:\s+)?0:(\[|leaf=)/.test(head),
  },
  {
    what: "The file is HDF5 (a Keras model)",
    remedy: "Explain it as a function: createExplainer(predict, { background })",
    recognises: (head) => head.startsWith("\x89HDF"),
  },
];

/** The error for a file of a known format that is not read; undefined where the format is not known either. */
export function foreignFile(content: Content): UnsupportedModelError | undefined {
  const head = content.head();
  const found = foreignFormats.find((format) => format.recognises(head));
  return found && new UnsupportedModelError(found.what, found.remedy);
}
