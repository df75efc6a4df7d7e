import type { Reporter, SerializedError, TestCase, TestModule } from 'vitest/node';

/** Counts what a test run did. A file that cannot be loaded and an error outside a test count as failures. */
export class TestCount implements Reporter {
  passed = 0;
  failed = 0;
  skipped = 0;

  onTestRunEnd(testModules: readonly TestModule[], unhandledErrors: readonly SerializedError[]): void {
    this.failed += unhandledErrors.length;
    for (const testModule of testModules) {
      for (const testCase of testModule.children.allTests()) this.#count(testCase);
      this.failed += failuresOutsideTests(testModule);
    }
  }

  /** `27 passed, 0 failed`, and the skipped ones only when there are any. */
  toString(): string {
    const skipped = this.skipped > 0 ? `, ${this.skipped} skipped` : '';
    return `${this.passed} passed, ${this.failed} failed${skipped}`;
  }

  #count(testCase: TestCase): void {
    const { state } = testCase.result();
    if (state === 'passed') this.passed += 1;
    else if (state === 'failed') this.failed += 1;
    else this.skipped += 1;
  }
}

function failuresOutsideTests(testModule: TestModule): number {
  let failures = testModule.errors().length > 0 ? 1 : 0;
  for (const suite of testModule.children.allSuites()) failures += suite.errors().length > 0 ? 1 : 0;
  return failures;
}
