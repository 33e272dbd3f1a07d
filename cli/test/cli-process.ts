import { spawn, type ChildProcessWithoutNullStreams } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

export const command = join(import.meta.dirname, '..', 'bin', 'resoftai.js')

export interface CliOptions {
  readonly env?: Readonly<Record<string, string>>
  readonly cwd?: string
  /** Written to standard input, which is then closed. Default: nothing. */
  readonly stdin?: string
  /** Leave standard input open after `stdin`. */
  readonly keepOpen?: boolean
}

export interface CliResult {
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
  /** The document of `--json`. */
  json<T = Record<string, unknown>>(): T
}

/** A place of its own for a test: a home, a working directory and an environment without anybody's keys. */
export class Sandbox {
  readonly root = mkdtempSync(join(tmpdir(), 'resoftai-cli-'))
  readonly home = join(this.root, 'home')
  readonly cwd = join(this.root, 'work')

  constructor() {
    mkdirSync(this.cwd)
  }

  get env(): Record<string, string> {
    return { PATH: process.env['PATH'] ?? '', HOME: this.root, RESOFTAI_HOME: this.home, RESOFTAI_LANG: 'en', NO_COLOR: '1' }
  }

  start(args: readonly string[], { env = {}, cwd = this.cwd }: CliOptions = {}): ChildProcessWithoutNullStreams {
    return spawn(process.execPath, [command, ...args], { cwd, env: { ...this.env, ...env } })
  }

  async run(args: readonly string[], options: CliOptions = {}): Promise<CliResult> {
    const child = this.start(args, options)
    child.stdin.on('error', () => {})
    if (options.stdin !== undefined) child.stdin.write(options.stdin)
    if (options.keepOpen !== true) child.stdin.end()
    return finish(child)
  }

  remove(): void {
    rmSync(this.root, { recursive: true, force: true })
  }
}

/** Waits for the end of a process. */
export async function finish(child: ChildProcessWithoutNullStreams): Promise<CliResult> {
  let stdout = ''
  let stderr = ''
  child.stdout.setEncoding('utf8').on('data', (part: string) => (stdout += part))
  child.stderr.setEncoding('utf8').on('data', (part: string) => (stderr += part))
  const code = await new Promise<number | null>(resolve => child.on('close', resolve))
  return { code, stdout, stderr, json: <T>() => JSON.parse(stdout) as T }
}
