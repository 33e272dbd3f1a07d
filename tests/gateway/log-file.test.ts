import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals'
import { execFileSync, spawn } from 'node:child_process'
import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fakeService, json } from '@resoftai/sdk/testing'
import { command, Sandbox } from '../../cli/test/cli-process.ts'
import { LogFile, type LogFileOptions } from '../../cli/src/serve/log-file.ts'
import { completion } from '../faults/support.ts'
import { serveApart, type Running } from './serve-process.ts'
import { hello, until, vendorKey } from './support.ts'

jest.setTimeout(60_000)

let sandbox: Sandbox
let folder: string
let file: string
beforeEach(() => {
  sandbox = new Sandbox()
  folder = join(sandbox.root, 'logs')
  file = join(folder, 'resoftai.log')
})
afterEach(() => sandbox.remove())

const read = (name: string) => readFileSync(join(folder, name), 'utf8')

describe('a log file', () => {
  let elsewhere: string[]
  let told: string[]
  let opened: LogFile[]
  beforeEach(() => {
    elsewhere = []
    told = []
    opened = []
  })
  afterEach(() => opened.forEach(one => one.close()))

  function open(options: Partial<LogFileOptions> = {}): LogFile {
    const log = new LogFile({
      file,
      maxBytes: 1_000_000,
      keep: 2,
      daily: false,
      elsewhere: line => void elsewhere.push(line),
      onFailure: (what, error) => void told.push(`${what} ${(error as NodeJS.ErrnoException).code}`),
      ...options
    })
    opened.push(log)
    return log
  }

  test('is made with its folder, for its owner alone, and goes on with what is there', () => {
    open().write('a\n')
    open().write('b\n')
    expect(read('resoftai.log')).toBe('a\nb\n')
    expect([statSync(folder).mode & 0o777, statSync(file).mode & 0o777]).toEqual([0o700, 0o600])
  })

  test('that would grow too large is put aside, and the oldest of those is dropped', () => {
    const log = open({ maxBytes: 10 })
    for (const line of ['1111\n', '2222\n', '3333\n', '4444\n', '5555\n', '6666\n', '7777\n']) log.write(line)
    expect(readdirSync(folder).toSorted()).toEqual(['resoftai.log', 'resoftai.log.1', 'resoftai.log.2'])
    expect(['', '.1', '.2'].map(end => read(`resoftai.log${end}`))).toEqual(['7777\n', '5555\n6666\n', '3333\n4444\n'])
    expect(statSync(join(folder, 'resoftai.log')).mode & 0o777).toBe(0o600)
  })

  test('keeps none, or fewer than before, when that is wanted', () => {
    const many = open({ maxBytes: 1, keep: 4 })
    for (const line of 'abcdef') many.write(line)
    expect(readdirSync(folder)).toHaveLength(5)
    const few = open({ maxBytes: 1, keep: 1 })
    few.write('g')
    expect(readdirSync(folder).toSorted()).toEqual(['resoftai.log', 'resoftai.log.1'])
    expect([read('resoftai.log'), read('resoftai.log.1')]).toEqual(['g', 'f'])
    open({ maxBytes: 1, keep: 0 }).write('h')
    expect([readdirSync(folder), read('resoftai.log')]).toEqual([['resoftai.log'], 'h'])
  })

  test('takes a line that is larger than it may be, alone', () => {
    const log = open({ maxBytes: 4 })
    for (const line of ['a\n', 'a very long line\n', 'b\n']) log.write(line)
    expect(['', '.1', '.2'].map(end => read(`resoftai.log${end}`))).toEqual(['b\n', 'a very long line\n', 'a\n'])
  })

  test('counts bytes, not letters', () => {
    const log = open({ maxBytes: 6 })
    for (const line of ['日\n', '志\n']) log.write(line)
    expect([read('resoftai.log'), read('resoftai.log.1')]).toEqual(['志\n', '日\n'])
  })

  test('is of one day when that is wanted, also when it is older than the process', () => {
    let now = new Date(2026, 10, 21, 23, 59, 59).getTime()
    const log = open({ daily: true, clock: () => now })
    log.write('saturday\n')
    now += 2_000
    log.write('sunday\n')
    log.write('sunday too\n')
    expect([read('resoftai.log'), read('resoftai.log.1')]).toEqual(['sunday\nsunday too\n', 'saturday\n'])
    utimesSync(file, new Date(now), new Date(now))
    now = new Date(2026, 10, 25).getTime()
    open({ daily: true, clock: () => now }).write('wednesday\n')
    expect([read('resoftai.log'), read('resoftai.log.1')]).toEqual(['wednesday\n', 'sunday\nsunday too\n'])
  })

  test.each<[string, () => void]>([
    ['was taken away', () => rmSync(file)],
    ['was put aside by somebody else', () => renameSync(file, join(folder, 'aside'))],
    ['is gone with its folder', () => rmSync(folder, { recursive: true })],
    ['is another one now', () => (rmSync(file), writeFileSync(file, 'other\n'))]
  ])('that %s is begun anew: soon by itself, at once when asked', async (_what, take) => {
    const log = open()
    log.write('a\n')
    take()
    await until(() => {
      log.write('b\n')
      return (
        readdirSync(sandbox.root).includes('logs') && readdirSync(folder).includes('resoftai.log') && read('resoftai.log').includes('b\n')
      )
    })
    take()
    log.reopen()
    log.write('c\n')
    expect(read('resoftai.log')).toMatch(/^(other\n)?c\n$/)
    expect([elsewhere, told]).toEqual([[], []])
  })

  test('of two processes has every line whole, whoever puts it aside', async () => {
    const [one, two] = [open({ maxBytes: 2_000, keep: 50 }), open({ maxBytes: 2_000, keep: 50 })]
    for (let round = 0; round < 200; round++) {
      one.write(`one ${round} ${'x'.repeat(50)}\n`)
      two.write(`two ${round} ${'y'.repeat(50)}\n`)
    }
    const names = readdirSync(folder)
    // Each is put aside once, not by both.
    expect(names.length).toBeLessThan(10)
    const lines = names.flatMap(name => read(name).split('\n').slice(0, -1))
    expect(lines).toHaveLength(400)
    expect(new Set(lines.map(line => line.replace(/ [xy]{50}$/, ''))).size).toBe(400)
  })

  test('G15 that cannot be written harms nobody: its lines go elsewhere, and it is told once', async () => {
    mkdirSync(file, { recursive: true })
    const log = open()
    for (let line = 0; line < 100; line++) log.write(`${line}\n`)
    // It is tried again each second, and not told again.
    await new Promise(resolve => setTimeout(resolve, 1_100))
    log.write('100\n')
    expect([elsewhere.length, told, log.isFailing]).toEqual([101, ['write not_a_file'], true])
    rmSync(file, { recursive: true })
    await until(() => {
      log.write('again\n')
      return !log.isFailing
    })
    expect(read('resoftai.log')).toBe('again\n')
    expect(told).toHaveLength(1)
  })

  test.each<[string, () => void, string]>([
    [
      'a pipe, which would be waited for',
      () => (mkdirSync(folder), execFileSync('/bin/sh', ['-c', 'mkfifo "$0"', file])),
      'write not_a_file'
    ],
    ['below a file', () => writeFileSync(folder, ''), 'write EEXIST']
  ])('G15 that is %s is not opened', (_what, prepare, expected) => {
    prepare()
    const log = open()
    log.write('a\n')
    expect([elsewhere, told]).toEqual([['a\n'], [expected]])
  })

  test('that cannot be put aside grows, which is told once', () => {
    const log = open({ maxBytes: 10, keep: 1 })
    mkdirSync(join(folder, 'resoftai.log.1', 'in the way'), { recursive: true })
    for (let line = 0; line < 9; line++) log.write(`line ${line}\n`)
    expect(read('resoftai.log').split('\n')).toHaveLength(10)
    expect([elsewhere, log.isFailing, told]).toEqual([[], false, [expect.stringMatching(/^put aside E/)]])
  })
})

test('no line is lost when the process is killed', async () => {
  const script = `
    const { LogFile } = await import(${JSON.stringify(new URL('../../cli/src/serve/log-file.ts', import.meta.url).href)})
    const log = new LogFile({ file: process.argv[1], maxBytes: 3e3, keep: 50, daily: false, elsewhere() {}, onFailure() {} })
    for (let line = 0; line < 1000; line++) log.write('line ' + line + '\\n')
    process.kill(process.pid, 'SIGKILL')`
  const child = spawn(process.execPath, ['--input-type=module', '-e', script, file], { stdio: 'ignore' })
  await new Promise(resolve => child.once('close', resolve))
  expect(child.signalCode).toBe('SIGKILL')
  const lines = readdirSync(folder).flatMap(name => read(name).split('\n').slice(0, -1))
  expect(new Set(lines).size).toBe(1000)
})

describe('resoftai serve', () => {
  const ask = ({ url, key }: Pick<Running, 'url' | 'key'>, path: string, body?: object) =>
    fetch(url + path, {
      method: body === undefined ? 'GET' : 'POST',
      headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
      ...(body !== undefined && { body: JSON.stringify(body) })
    })

  test('writes its log to the file that its configuration names, and says so', async () => {
    await using service = await fakeService(json(completion('Hello')))
    await using running = await serveApart(sandbox, service.url, { log: { level: 'info', file: '../logs/resoftai.log' } })
    expect((await ask(running, '/v1/chat/completions', hello)).status).toBe(200)
    await until(() => read('resoftai.log').includes('"route":"/v1/chat/completions"'))
    // As logrotate does it.
    renameSync(file, join(folder, 'aside'))
    running.signal('SIGHUP')
    await until(async () => (await ask(running, '/health')).ok && readdirSync(folder).includes('resoftai.log'))
    await until(() => read('resoftai.log').includes('"route":"/health"'))
    running.signal('SIGTERM')
    expect(await running.ended).toBe(0)
    expect(running.stderr()).toMatch(/^The log is in .*\/logs\/resoftai\.log\.\nStopping: .*\n$/)
    const lines = `${read('aside')}${read('resoftai.log')}`.trimEnd().split('\n')
    const messages = lines.map(line => (JSON.parse(line) as { readonly message: string }).message)
    // Those of the host, too.
    expect(messages).toEqual(expect.arrayContaining(['chat', 'request']))
    expect([statSync(folder).mode & 0o777, statSync(file).mode & 0o777]).toEqual([0o700, 0o600])
    expect(lines.join('\n')).not.toContain(vendorKey)
  })

  test('G15 goes on when its log cannot grow: it is told once, the lines are on standard error, and it is healthy, but degraded', async () => {
    await using service = await fakeService(json(completion('Hello')))
    const vendor = { plugin: 'openai-compatible', api_base: service.url, api_key: vendorKey, default_model: 'm1' }
    const config = {
      providers: { vendor },
      log: { level: 'info', file },
      storage: { url: 'sqlite::memory:' }
    }
    writeFileSync(join(sandbox.cwd, 'resoftai.config.json'), JSON.stringify(config))
    // Files may have a few thousand bytes.
    const line = `ulimit -f 8; exec ${process.execPath} ${command} serve --port 0 --json`
    const child = spawn('/bin/sh', ['-c', line], { cwd: sandbox.cwd, env: sandbox.env })
    const ended = new Promise(resolve => child.once('close', resolve))
    let [stdout, stderr] = ['', '']
    child.stdout.setEncoding('utf8').on('data', (part: string) => (stdout += part))
    child.stderr.setEncoding('utf8').on('data', (part: string) => (stderr += part))
    try {
      await until(() => stdout.endsWith('}\n') || child.exitCode !== null)
      if (child.exitCode !== null) throw new Error(stderr)
      const { address: url, key } = JSON.parse(stdout) as { readonly address: string; readonly key: string }
      const running = { url, key }
      expect(await (await ask(running, '/health')).json()).toEqual({ status: 'ok' })
      const askAll = async () => {
        for (let count = 0; count < 20; count++) expect((await ask(running, '/v1/chat/completions', hello)).status).toBe(200)
      }
      await askAll()
      await until(() => stderr.includes('The log file cannot be written'))
      await askAll()
      const health = await ask(running, '/health')
      expect([health.status, await health.json()]).toEqual([200, { status: 'degraded', failing: ['log'] }])
      child.kill('SIGTERM')
      expect(await ended).toBe(0)
    } finally {
      child.kill('SIGKILL')
      await ended
    }
    expect(stderr.match(/cannot be written/g)).toHaveLength(1)
    const onStderr = stderr.split('\n').filter(text => text.includes('"message":"request"'))
    const inFile = read('resoftai.log')
      .split('\n')
      .filter(text => text.endsWith('"message":"request"}'))
    // One line at most is cut in the file, and then it is whole on standard error.
    expect(onStderr.length + inFile.length).toBe(42)
    expect(onStderr.length).toBeGreaterThan(20)
  })
})
