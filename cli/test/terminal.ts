import { spawn, spawnSync } from 'node:child_process'
import { command, type Sandbox } from './cli-process.ts'

/** Whether a command can be run on a pseudo-terminal here. */
export const hasTerminal = /util-linux/.test(spawnSync('script', ['--version'], { encoding: 'utf8' }).stdout ?? '')

/** Wait until the screen shows `expect` (behind what was matched before), then type. */
export interface Step {
  readonly expect: string
  readonly send: string
}

export interface Screen {
  readonly code: number | null
  /** Everything that was written to the terminal, escape sequences included. */
  readonly raw: string
  /** Without escape sequences. */
  readonly text: string
}

/** Runs the command on a pseudo-terminal, as a person would. */
export async function onTerminal(
  sandbox: Sandbox,
  args: readonly string[],
  steps: readonly Step[],
  env: Readonly<Record<string, string>> = {}
): Promise<Screen> {
  const line = [process.execPath, command, ...args].map(word => `'${word.replaceAll("'", `'\\''`)}'`).join(' ')
  const { NO_COLOR: _, ...clean } = sandbox.env
  const child = spawn('script', ['-qec', line, '/dev/null'], {
    cwd: sandbox.cwd,
    env: { ...clean, TERM: 'xterm-256color', SHELL: '/bin/sh', ...env },
    timeout: 15_000
  })
  let raw = ''
  let seen = 0
  const left = [...steps]
  child.stdout.setEncoding('utf8').on('data', (part: string) => {
    raw += part
    for (let step = left[0]; step !== undefined && raw.includes(step.expect, seen); step = left[0]) {
      seen = raw.indexOf(step.expect, seen) + step.expect.length
      child.stdin.write(step.send)
      left.shift()
    }
  })
  child.stdin.on('error', () => {})
  const code = await new Promise<number | null>(resolve => child.on('close', resolve))
  // eslint-disable-next-line no-control-regex -- escape sequences are what is taken out
  return { code, raw, text: raw.replaceAll(/\x1b\[[0-9;?]*[a-zA-Z]|\x1b[()][A-Z0-9]/g, '').replaceAll('\r\n', '\n') }
}
