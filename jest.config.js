export default {
  projects: ["<rootDir>/packages/*"],
  reporters: ["default", "<rootDir>/scripts/jest-totals-reporter.js"],
  // Many tests wait for processes: one more than the two processors of CI.
  maxWorkers: 3,
  testTimeout: 30_000,
};
