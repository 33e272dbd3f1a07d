import type { AgentError } from '@resoftai/agent'
import type { Problem } from '@resoftai/core'
import { isHostError } from '@resoftai/core/find'
import { isProviderError } from '@resoftai/sdk'
import { exitCodes, hostExitCode, providerExitCode } from '../exit-codes.ts'
import type { MessageKey, Translate } from '../messages/index.ts'
import type { Output } from './output.ts'
import { describeProblem } from './describe-problem.ts'
import { styled } from './piece.ts'

/** What a failed command says, and what it exits with. */
export interface Report {
  readonly exitCode: number
  readonly headline: string
  readonly message: string
  readonly hint: string | undefined
  readonly problems: readonly Problem[]
  /** For `--json`. */
  readonly fields: Readonly<Record<string, unknown>>
}

export function describeError(error: unknown, text: Translate): Report {
  if (isHostError(error)) {
    const { kind, message, hint, problems } = error
    return { exitCode: hostExitCode(kind), headline: text(`error.${kind}` as MessageKey), message, hint, problems, fields: error.toJSON() }
  }
  if (isProviderError(error)) {
    const { kind, message, hint } = error
    const headline = text(`providerError.${kind}` as MessageKey)
    return { exitCode: providerExitCode(kind), headline, message, hint, problems: [], fields: error.toJSON() }
  }
  if (isAgentError(error)) {
    const { kind, message, hint } = error
    return { exitCode: exitCodes[kind], headline: text(`error.${kind}`), message, hint, problems: [], fields: { kind, message, hint } }
  }
  const message = error instanceof Error ? error.message : String(error)
  const hint = text('error.internalHint')
  return {
    exitCode: exitCodes.failure,
    headline: text('error.internal'),
    message,
    hint,
    problems: [],
    fields: { kind: 'internal', message, hint }
  }
}

/** One clear line, every problem with its place, and what to do. With `--json` the same goes to stdout as the one document. */
export function reportError(error: unknown, output: Output, text: Translate, debug: boolean): number {
  const report = describeError(error, text)
  if (output.json) output.document({ error: { ...report.fields, exitCode: report.exitCode } })
  output.note(styled('red', `${report.headline}: `), report.message)
  // A single problem without a place of its own is what the message already says.
  for (const problem of report.problems) output.note('  ', ...describeProblem(problem))
  if (report.hint !== undefined) output.note(styled('cyan', text('error.hint')), report.hint)
  if (debug && error instanceof Error) output.note(styled('dim', stackOf(error)))
  return report.exitCode
}

/** Told by its mark, so that a command which needs no agent does not load it. */
function isAgentError(error: unknown): error is AgentError {
  return typeof error === 'object' && error !== null && Symbol.for('resoftai.AgentError') in error
}

function stackOf(error: Error): string {
  const { cause } = error
  return `${error.stack ?? error.message}${cause instanceof Error ? `\n${stackOf(cause)}` : ''}`
}
