import { basename } from "node:path";

/**
 * One jest configuration for every package: TypeScript as ES modules, transpiled file by file (types are
 * checked by `npm run types`). A package's own sources are tested as written; other packages through their build.
 */
export function preset(packageFolder, overrides = {}) {
  return {
    displayName: basename(packageFolder),
    rootDir: packageFolder,
    testEnvironment: "node",
    testMatch: ["<rootDir>/test/**/*.test.ts"],
    extensionsToTreatAsEsm: [".ts"],
    moduleNameMapper: { "^(\\.{1,2}/.*)\\.js$": "$1" },
    transform: {
      "^.+\\.ts$": [
        "ts-jest",
        { useESM: true, tsconfig: "<rootDir>/tsconfig.test.json", diagnostics: false },
      ],
    },
    ...overrides,
  };
}
