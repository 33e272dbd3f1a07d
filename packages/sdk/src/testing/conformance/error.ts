/** One file of a `conformance` folder that cannot be used, and why. */
export interface ConformanceProblem {
  readonly file: string
  readonly message: string
}

/** Everything that is wrong with a `conformance` folder. */
export class ConformanceError extends Error {
  override readonly name = 'ConformanceError'
  readonly problems: readonly ConformanceProblem[]

  constructor(problems: readonly ConformanceProblem[]) {
    super(problems.map(({ file, message }) => `${file}: ${message}`).join('\n'))
    this.problems = problems
  }
}
