import { createRedactor } from '@resoftai/core/find'
import type { Input, Run } from './commands/spec.ts'
import type { Context } from './context.ts'
import { exitCodes } from './exit-codes.ts'
import { watchInterrupts } from './interrupts.ts'
import type { Locale } from './locale.ts'
import type { Translate } from './messages/index.ts'
import { watchStrays } from './strays.ts'
import { createOutput } from './output/output.ts'
import { addEnvironmentSecrets } from './environment-secrets.ts'

/** Runs one command to its end and says what to exit with. Never throws. */
export async function runCommand(load: () => Promise<Run>, input: Input, locale: Locale, text: Translate): Promise<number> {
  const { env } = process
  const redactor = createRedactor()
  addEnvironmentSecrets(env, redactor)
  const json = input.flag('json')
  const output = createOutput({ json, quiet: input.flag('quiet'), env, redact: line => redactor.scrub(line) })
  const interrupts = watchInterrupts()
  const debug = input.flag('debug')
  try {
    const context: Context = {
      cwd: process.cwd(),
      env,
      locale,
      text,
      output,
      interrupts,
      interactive: process.stdin.isTTY && process.stdout.isTTY && !json,
      debug,
      pluginPaths: input.values('plugin'),
      redactor
    }
    watchStrays(context)
    const run = await load()
    const code = await run(context, input)
    return interrupts.exitCode ?? code ?? exitCodes.ok
  } catch (error) {
    const { reportError } = await import('./output/report-error.ts')
    const code = reportError(error, output, text, debug)
    return interrupts.exitCode ?? code
  }
}
