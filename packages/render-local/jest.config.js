import { preset } from "../../jest.preset.js";

export default preset(import.meta.dirname, {
  globalSetup: "<rootDir>/test/own-folder.js",
  globalTeardown: "<rootDir>/test/nothing-left-running.js",
});
