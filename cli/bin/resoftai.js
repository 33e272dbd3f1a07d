#!/usr/bin/env node
import { readFileSync } from 'node:fs'
import module from 'node:module'
import { setFlagsFromString } from 'node:v8'

const [word, ...rest] = process.argv.slice(2)
if ((word === '--version' || word === '-V') && rest.length === 0) {
  const { version } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'))
  process.stdout.write(`${version}\n`)
} else if (!isNewEnough(process.versions.node)) {
  process.stderr.write(`resoftai needs Node.js 22.19 or newer; this is ${process.versions.node}.\n`)
  process.exitCode = 4
} else {
  // V8 makes objects old at once where many of their kind stayed; dead ones then keep whole requests until the next search of all memory.
  setFlagsFromString('--no-allocation-site-pretenuring')
  // V8 lets a heap grow to four times what lives in it; of long streams most of that is dead.
  setFlagsFromString('--heap-growing-percent=60')
  module.enableCompileCache?.()
  await import('../dist/main.js')
}

function isNewEnough(version) {
  const [major, minor] = version.split('.').map(Number)
  return major > 22 || (major === 22 && minor >= 19)
}
