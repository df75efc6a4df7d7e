import { ManylineError } from '@manyline/kernel';

/** One variable that cannot be used: its name and a sentence that says what it was and what is allowed. */
export interface ConfigProblem {
  readonly variable: string;
  readonly message: string;
}

/** The environment cannot be used; every bad variable is named. The process must not start. */
export class ConfigError extends ManylineError {
  readonly problems: readonly ConfigProblem[];

  constructor(problems: readonly ConfigProblem[]) {
    super({ code: 'config_invalid', publicMessage: problems.map((problem) => problem.message).join('\n') });
    this.problems = problems;
  }
}
