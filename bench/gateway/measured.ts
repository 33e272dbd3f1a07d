import { fork } from 'node:child_process'
import { get } from 'node:http'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'

const meter = join(import.meta.dirname, 'meter.js')
const startWithinMs = 30_000
const mostKept = 2_000

export interface Used {
  /** User and system time since its start, of all its threads. */
  readonly cpuMicros: number
  readonly rssBytes: number
}

/** A program in a process of its own, which tells what it uses. */
export interface Measured extends AsyncDisposable {
  used(): Promise<Used>
  /** The first part of its output that `pattern` finds. */
  wrote(pattern: RegExp): Promise<string>
  /** Milliseconds from its start to its first answer 200 at `url`. */
  answered(url: string): Promise<number>
}

export interface Start {
  readonly args?: readonly string[]
  readonly cwd?: string
  /** Beside PATH: nothing else of this environment is passed on, least of all keys of real vendors. */
  readonly env?: Readonly<Record<string, string>>
}

export function startMeasured(program: string, { args = [], cwd, env }: Start = {}): Measured {
  const begun = performance.now()
  const child = fork(program, args, {
    ...(cwd !== undefined && { cwd }),
    env: { PATH: process.env['PATH'], ...env },
    execArgv: ['--import', meter],
    silent: true
  })
  let output = ''
  // Read to the end of the run, so that no full pipe stops it; only the last of it is kept.
  const keep = (data: Buffer) => (output = (output + data.toString()).slice(-mostKept))
  child.stdout?.on('data', keep)
  child.stderr?.on('data', keep)
  const exited = new Promise<void>(resolve => child.once('exit', () => resolve()))

  async function until<T>(what: string, attempt: () => T | Promise<T>): Promise<NonNullable<T>> {
    for (;;) {
      const found = await attempt()
      if (found) return found
      const late = performance.now() - begun > startWithinMs
      if (late || child.exitCode !== null) throw new Error(`${program} did not get to ${what}:\n${output}`)
      await sleep(2)
    }
  }

  return {
    used: () =>
      new Promise((resolve, reject) => {
        const fail = () => reject(new Error(`${program} has ended.\n${output}`))
        child.once('message', used => resolve(used as Used))
        child.send('meter', error => error !== null && fail())
        void exited.then(fail)
      }),
    wrote: pattern => until(`write ${pattern}`, () => pattern.exec(output)?.[1]),
    async answered(url) {
      await until(`answer at ${url}`, () => isHealthy(url))
      return performance.now() - begun
    },
    async [Symbol.asyncDispose]() {
      if (child.connected) child.disconnect()
      const killing = setTimeout(() => child.kill('SIGKILL'), 2_000)
      await exited
      clearTimeout(killing)
    }
  }
}

function isHealthy(url: string): Promise<boolean> {
  return new Promise(resolve => {
    get(url, { agent: false }, response => resolve(response.resume().statusCode === 200)).on('error', () => resolve(false))
  })
}
