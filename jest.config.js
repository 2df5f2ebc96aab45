export default {
  projects: ["<rootDir>/packages/*"],
  reporters: ["default", "<rootDir>/scripts/jest-totals-reporter.js"],
  maxWorkers: 2,
  testTimeout: 30_000,
};
