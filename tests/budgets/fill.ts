import { spawn } from 'node:child_process'
import type { Ask, HostOptions } from 'resoftai'
import { openHost, type Setup } from './support.ts'

interface Filled {
  /** Calls that were answered. */
  readonly calls: number
  /** Why the one behind them was not. */
  readonly failure: object
  /** Ids of the calls that were logged because they could not be written. */
  readonly lost: readonly string[]
}

/** Makes calls in a process whose files may have half a megabyte, until one is refused. */
export async function fillApart(setup: Setup, ask: Ask): Promise<Filled> {
  const limited = ['-c', 'ulimit -f 1024; exec "$0" "$@"', process.execPath]
  const child = spawn('sh', [...limited, '--no-warnings', import.meta.filename, 'fill', JSON.stringify(setup), JSON.stringify(ask)], {
    stdio: ['ignore', 'pipe', 'inherit']
  })
  let output = ''
  for await (const chunk of child.stdout) output += String(chunk)
  return JSON.parse(output) as Filled
}

async function fill(setup: Setup, ask: Ask): Promise<Filled> {
  const lost: string[] = []
  const ignore = () => {}
  const log: NonNullable<NonNullable<HostOptions['overrides']>['log']> = {
    debug: ignore,
    info: ignore,
    warn: ignore,
    error: (_message, fields = {}) => {
      const { record } = fields as { readonly record?: { readonly id: string; readonly status: string } }
      if (record?.status === 'finished') lost.push(record.id)
    },
    child: () => log
  }
  await using opened = await openHost({ ...setup, overrides: { log } })
  for (let calls = 0; ; calls++) {
    try {
      await opened.one.chat(ask)
    } catch (failure) {
      await opened.host.close()
      return { calls, failure: failure as object, lost }
    }
  }
}

if (process.argv[2] === 'fill') {
  // Without this a write behind the limit would end the process.
  process.on('SIGXFSZ', () => {})
  const [setup, ask] = process.argv.slice(3).map(text => JSON.parse(text) as unknown)
  console.log(JSON.stringify(await fill(setup as Setup, ask as Ask)))
}
