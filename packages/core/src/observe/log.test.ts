import { spawnSync } from 'node:child_process'
import { describe, expect, it } from '@jest/globals'
import { createLog } from './log.ts'
import { createRedactor } from './redact.ts'

const key = 'sk-canary-"quoted"-0123'

function open(level: string) {
  const lines: string[] = []
  const redactor = createRedactor()
  const log = createLog({ level, redactor, destination: { write: line => void lines.push(line) } })
  return { log, redactor, lines }
}

describe('createLog', () => {
  it('writes one JSON object a line, with fields of the log and of its children', () => {
    const { log, lines } = open('info')
    log.child({ provider: 'groq' }).child({ call: 7 }).warn('slow', { durationMs: 12 })
    log.error('bad')
    expect(lines.map(line => JSON.parse(line))).toEqual([
      { level: 'warn', time: expect.stringMatching(/^\d{4}-.*Z$/), provider: 'groq', call: 7, durationMs: 12, message: 'slow' },
      { level: 'error', time: expect.any(String), message: 'bad' }
    ])
    expect(lines.every(line => line.endsWith('}\n') && !line.trimEnd().includes('\n'))).toBe(true)
  })

  it.each([
    ['debug', ['debug', 'info', 'warn', 'error']],
    ['info', ['info', 'warn', 'error']],
    ['warn', ['warn', 'error']],
    ['error', ['error']],
    ['silent', []]
  ])('writes at level %s only %j', (level, expected) => {
    const { log, lines } = open(level)
    for (const write of ['debug', 'info', 'warn', 'error'] as const) log[write](write)
    expect(lines.map(line => JSON.parse(line).message)).toEqual(expected)
  })

  it('never writes a known secret, wherever it stands and whenever it became known', () => {
    const { log, redactor, lines } = open('debug')
    const child = log.child({ from: `child ${key}` })
    redactor.add(key)
    const error = new Error(`inner ${key}`, { cause: { text: key } })
    child.info(`text ${key}`, {
      key,
      [key]: 1,
      list: [key],
      error,
      base64: btoa(`:${key}`),
      json: JSON.stringify({ key }),
      url: encodeURIComponent(key)
    })
    const [line = ''] = lines
    expect(line).not.toContain('canary')
    expect(line).not.toContain(btoa(key).slice(4, 20))
    expect(JSON.parse(line)).toMatchObject({
      message: 'text [redacted]',
      from: 'child [redacted]',
      error: { message: 'inner [redacted]', cause: { text: '[redacted]' } }
    })
  })

  it('keeps what a user wrote on one line, and off the terminal', () => {
    const { log, lines } = open('info')
    log.info('a\n{"level":"error"}\r\u001b[2J\u009b2J\u2028\u202e', { model: '\u001b]0;x\u0007\u0085', 'na\u009bme': 1 })
    // eslint-disable-next-line no-control-regex -- these are what must not be there
    expect(lines.join('')).toMatch(/^[^\u0000-\u0009\u000b-\u001f\u007f-\u009f\u2028\u202e]*\n$/)
    expect(lines.join('').split('\n')).toHaveLength(2)
    expect(JSON.parse(lines[0] ?? '').message).toMatch(/^a\n\{"level":"error"\}/)
  })

  it('does not let a field take the place of level, time or message', () => {
    const { log, lines } = open('info')
    log.info('real', { level: 'fake', time: 'never', message: 'other' })
    expect(JSON.parse(lines[0] ?? '')).toMatchObject({ level: 'info', message: 'real', level_: 'fake', time_: 'never', message_: 'other' })
  })

  it('takes % in a message for a character', () => {
    const { log, lines } = open('info')
    log.info('100%s %d %j done', {})
    expect(JSON.parse(lines[0] ?? '').message).toBe('100%s %d %j done')
  })

  const script = `
    const { createLog, createRedactor } = await import(${JSON.stringify(new URL('index.ts', import.meta.url).href)})
    const { createRequire } = await import('node:module')
    const loaded = () => Object.keys(createRequire('/x').cache).some(file => file.includes('pino'))
    const log = createLog({ level: 'warn', redactor: createRedactor() })
    log.info('not written')
    console.log(loaded())
    log.warn('last words')
    console.log(loaded())
    process.exit(0)`

  it('loads pino at the first line that is written, and loses none when the process ends at once', () => {
    const { stdout, stderr, status } = spawnSync(process.execPath, ['--input-type=module', '-e', script], { encoding: 'utf8' })
    expect({ stdout, status }).toEqual({ stdout: 'false\ntrue\n', status: 0 })
    expect(JSON.parse(stderr)).toMatchObject({ level: 'warn', message: 'last words' })
  })

  it('goes on when standard error is closed', () => {
    const { stdout, status } = spawnSync('/bin/sh', ['-c', 'exec "$0" --input-type=module -e "$1" 2>&-', process.execPath, script], {
      encoding: 'utf8'
    })
    expect({ stdout, status }).toEqual({ stdout: 'false\ntrue\n', status: 0 })
  })
})
