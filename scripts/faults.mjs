// `npm run faults`: the fault catalogue row by row, from the tests that carry the numbers.
// `--long` adds what takes minutes. `--after <file>` takes the tests that are no longer for it from the results of an `npm test -- --json`.
import { spawnSync } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { catalogue } from '../tests/faults/catalogue.ts'

const folders = ['tests/faults', 'tests/budgets', 'tests/gateway']
const marks = { passed: '✓', failed: '✗' }
const { long, after } = parseArgs({ options: { long: { type: 'boolean' }, after: { type: 'string' } } }).values
const folder = mkdtempSync(join(tmpdir(), 'resoftai-faults-'))
const results = join(folder, 'results.json')
try {
  const files = after === undefined ? folders : longerFiles()
  const jest = ['--experimental-vm-modules', '--disable-warning=ExperimentalWarning', 'node_modules/jest/bin/jest.js']
  // What is measured must not share the machine with other tests.
  const run = spawnSync(
    process.execPath,
    [...jest, ...files, '--silent', '--json', `--outputFile=${results}`, ...(long ? ['--runInBand'] : [])],
    {
      stdio: ['ignore', 'ignore', 'inherit'],
      env: { ...process.env, ...(long && { FAULTS: 'long' }) }
    }
  )
  const suites = suitesOf(results)
  const again = new Set(suites.map(({ name }) => name))
  const before = after === undefined ? [] : suitesOf(after).filter(({ name }) => isOfFaults(name) && !again.has(name))
  process.exitCode = print([...before, ...suites]) && run.status === 0 ? 0 : 1
} finally {
  rmSync(folder, { recursive: true, force: true })
}

/** The files whose tests, or some of them, are other ones with `--long`. */
function longerFiles() {
  return folders
    .flatMap(name => readdirSync(name).map(file => join(name, file)))
    .filter(file => file.endsWith('.test.ts') && readFileSync(file, 'utf8').includes("process.env['FAULTS']"))
}

function suitesOf(file) {
  return JSON.parse(readFileSync(file, 'utf8')).testResults
}

function isOfFaults(file) {
  return folders.some(name => file.startsWith(join(process.cwd(), name)))
}

/** One line for each fault; true when all are green. */
function print(suites) {
  const tests = suites.flatMap(suite => suite.assertionResults)
  const broken = suites.filter(suite => suite.status === 'failed' && suite.assertionResults.length === 0)
  const rows = Object.entries(catalogue).map(([number, title]) => ({
    number,
    title,
    ...stateOf(tests.filter(test => numbersOf(test).includes(number)))
  }))
  for (const { number, title, mark, note } of rows) console.log(`${mark} ${number}  ${title}${note}`)
  const others = tests.filter(test => numbersOf(test).length === 0)
  for (const { fullName, status } of others) console.log(`${marks[status] ?? '-'} ${fullName}`)
  for (const { name, message } of broken) console.log(`✗ ${name}\n${message}`)
  const green = rows.filter(({ mark }) => mark === '✓').length
  const skipped = rows.filter(({ mark }) => mark === '-').length
  console.log(`\n${green} of ${rows.length} faults handled as they should be${skipped === 0 ? '' : `, ${skipped} not tried`}.`)
  return green + skipped === rows.length && broken.length === 0 && others.every(test => test.status !== 'failed')
}

/** The faults that a test is about: they begin its name, or that of a group it is in. */
function numbersOf({ title, ancestorTitles }) {
  return [...ancestorTitles, title].flatMap(name => /^(?:[NHSGAX]\d\d\b ?)+/.exec(name)?.[0].trim().split(' ') ?? [])
}

function stateOf(tests) {
  if (tests.length === 0) return { mark: '✗', note: '  (no test)' }
  const failed = tests.filter(test => test.status === 'failed')
  if (failed.length > 0) return { mark: '✗', note: failed.map(test => `\n    ${test.title}`).join('') }
  const ran = tests.filter(test => test.status === 'passed')
  return ran.length === 0 ? { mark: '-', note: '  (skipped)' } : { mark: '✓', note: ran.length === 1 ? '' : `  (${ran.length} tests)` }
}
