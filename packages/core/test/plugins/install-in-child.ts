import { spawn } from 'node:child_process'
import { once } from 'node:events'

const core = new URL('../../dist/plugins/index.js', import.meta.url).href

/** Counts what changes files, and kills its own process before the one that was asked for. */
const countingCode = `
import fs, { writeSync } from 'node:fs'
import { syncBuiltinESMExports } from 'node:module'
let count = 0
for (const name of ['openSync', 'writeSync', 'closeSync', 'fsyncSync', 'fchmodSync', 'mkdirSync', 'renameSync', 'rmSync']) {
  const real = fs[name]
  fs[name] = (...args) => {
    if (++count === Number(process.argv[3])) process.kill(process.pid, 'SIGKILL')
    return real(...args)
  }
}
syncBuiltinESMExports()
process.on('exit', () => writeSync(1, String(count)))
`

interface ChildEnd {
  readonly code: number | null
  readonly output: string
}

export interface InstallingChild {
  readonly end: Promise<ChildEnd>
  kill(): void
}

/** Installs a folder in a process of its own, with the compiled code. `killAt` is the change of a file before which it is killed. */
export function installInChild(home: string, directory: string, killAt?: number): InstallingChild {
  const code = `
    ${killAt === undefined ? '' : countingCode}
    const { installPlugin } = await import(${JSON.stringify(core)})
    await installPlugin(process.argv[2], { home: process.argv[1] })
  `
  const child = spawn(process.execPath, ['--no-warnings', '--input-type=module', '-e', code, home, directory, String(killAt ?? 0)], {
    stdio: ['ignore', 'pipe', 'pipe']
  })
  let output = ''
  for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', (text: string) => (output += text))
  return {
    end: once(child, 'close').then(([status]) => ({ code: status as number | null, output })),
    kill: () => child.kill('SIGKILL')
  }
}
