/** Ends a run with one plain line, `N passed, N failed, N skipped`, that people and programs can read alike. */
export default class JestTotalsReporter {
  onRunComplete(_contexts, results) {
    // A file that cannot be loaded runs no test, yet it is a failure and must be counted as one.
    const failed = results.numFailedTests + results.numRuntimeErrorTestSuites;
    const skipped = results.numPendingTests + results.numTodoTests;
    const skippedPart = skipped > 0 ? `, ${skipped} skipped` : "";
    process.stderr.write(`\n${results.numPassedTests} passed, ${failed} failed${skippedPart}\n`);
  }
}
