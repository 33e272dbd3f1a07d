import { appendFileSync } from 'node:fs'
import { serveStdio } from '@modelcontextprotocol/server/stdio'
import { notes } from './notes.ts'

/** Tells the test what happens. */
const tell = (line: string) => appendFileSync(process.env['TOLD'] ?? '/dev/null', `${line}\n`)

tell(`started ${process.pid}`)
tell(`in ${process.cwd()}`)
serveStdio(() => notes({ onWaiting: () => tell('waiting'), onCancelled: () => tell('cancelled'), onDie: () => process.exit(7) }), {
  legacy: process.argv[2] === 'modern' ? 'reject' : 'serve'
})
