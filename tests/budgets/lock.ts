import { fork } from 'node:child_process'
import { DatabaseSync } from 'node:sqlite'

/** Another process locks a SQLite file. Returns what ends it. */
export async function lockApart(file: string): Promise<() => Promise<void>> {
  const child = fork(import.meta.filename, ['lock', file], { execArgv: ['--no-warnings'] })
  await new Promise(resolve => child.once('message', resolve))
  return async () => {
    const gone = new Promise(resolve => child.once('exit', resolve))
    child.kill('SIGKILL')
    await gone
  }
}

if (process.argv[2] === 'lock') {
  new DatabaseSync(process.argv[3] ?? '').exec('begin exclusive')
  process.send?.('locked')
  process.on('disconnect', () => process.exit())
}
