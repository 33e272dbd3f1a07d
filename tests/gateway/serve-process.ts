import { afterAll } from '@jest/globals'
import type { ChildProcessWithoutNullStreams } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Sandbox } from '../../cli/test/cli-process.ts'
import { until, vendorKey } from './support.ts'

/** Ends a process with the one that started it, however that ends; what it starts itself knows nothing of this. */
export const endWithParent = `--import=data:text/javascript,${encodeURIComponent(`
  delete process.env.NODE_OPTIONS
  const { ppid } = process
  setInterval(() => process.ppid === ppid || process.kill(process.pid, 'SIGKILL'), 200).unref()
`)}`

const children = new Set<ChildProcessWithoutNullStreams>()
// A test whose time is over never comes to its end.
afterAll(() => {
  for (const child of children) child.kill('SIGKILL')
})

/** `resoftai serve` on a free port. It ends with the tests of this file, and with their process. */
export function startServe(sandbox: Sandbox, env: Readonly<Record<string, string>> = {}): ChildProcessWithoutNullStreams {
  const options = { env: { ...env, NODE_OPTIONS: `${endWithParent} ${env['NODE_OPTIONS'] ?? ''}` } }
  const child = sandbox.start(['serve', '--port', '0', '--json'], options)
  children.add(child)
  return child
}

export interface Running extends AsyncDisposable {
  readonly url: string
  /** Made at the first start in a sandbox, and shown once. */
  readonly key: string | undefined
  /** All that it has written so far. */
  readonly stdout: () => string
  readonly stderr: () => string
  readonly signal: (name: NodeJS.Signals) => void
  /** The exit code. */
  readonly ended: Promise<number | null>
}

/** `resoftai serve` itself, on a free port, with the provider `vendor` at an address. */
export async function serveApart(
  sandbox: Sandbox,
  vendor: string,
  config: object = {},
  env: Readonly<Record<string, string>> = {}
): Promise<Running> {
  const provider = {
    plugin: 'openai-compatible',
    api_base: vendor,
    api_key: vendorKey,
    default_model: 'm1',
    max_retries: 0,
    breaker: { failures: 0 }
  }
  writeFileSync(join(sandbox.cwd, 'resoftai.config.json'), JSON.stringify({ providers: { vendor: provider }, ...config }))
  const child = startServe(sandbox, env)
  let stdout = ''
  let stderr = ''
  child.stdout.setEncoding('utf8').on('data', (part: string) => (stdout += part))
  child.stderr.setEncoding('utf8').on('data', (part: string) => (stderr += part))
  const ended = new Promise<number | null>(resolve => child.once('close', resolve))
  const hasEnded = () => child.exitCode !== null || child.signalCode !== null
  await until(() => stdout.endsWith('}\n') || hasEnded())
  if (hasEnded()) throw new Error(stderr || `It ended with ${child.exitCode ?? child.signalCode}.`)
  const { address: url, key } = JSON.parse(stdout) as { readonly address: string; readonly key?: string }
  return {
    url,
    key,
    stdout: () => stdout,
    stderr: () => stderr,
    signal: name => void child.kill(name),
    ended,
    async [Symbol.asyncDispose]() {
      child.kill('SIGKILL')
      await ended
    }
  }
}
