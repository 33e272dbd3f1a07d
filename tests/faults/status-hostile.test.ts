import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { inspect } from 'node:util'
import { fakeService, flood, json, sse, text, write, type Answer, type Respond } from '@resoftai/sdk/testing'
import type { ProviderError } from 'resoftai'
import { failureOf, key, question, readAll, said, vendorError, withVendor, type HostSetup } from './support.ts'

const plainDialect: HostSetup = {
  settings: { plugin: 'named-events', max_retries: 0 },
  pluginPaths: [join(import.meta.dirname, 'plugins', 'named-events')]
}

/** All that anybody may print of an error. */
const shownOf = (error: ProviderError) =>
  [error.message, error.hint, error.stack, JSON.stringify(error), inspect(error, { depth: 10 })].join('\n')

/** Pieces of the key that are long enough to help somebody. */
const traces = [key.slice(0, 10), key.slice(-4), 'canary', '0123456789', Buffer.from(key).toString('base64').slice(3, 20)]

async function failures(respond: Respond, setup: HostSetup = { settings: { max_retries: 0 } }): Promise<readonly ProviderError[]> {
  await using vendor = await withVendor(respond, setup)
  const whole = await failureOf(vendor.provider.chat(question))
  const { error } = await readAll(vendor.provider.stream(question))
  if (error === undefined) throw new Error('the stream did not fail')
  return [whole, error]
}

function expectNoTrace(shown: string): void {
  expect(traces.filter(trace => shown.includes(trace))).toEqual([])
}

describe('a vendor that throws the key back', () => {
  const ends = (kept: number) => key.slice(0, kept) + '*'.repeat(12) + key.slice(-4)

  test.each<[string, Answer]>([
    ['whole', json(vendorError(`Incorrect API key provided: ${key}. Find yours at x.`), { status: 401 })],
    ['with its ends, as OpenAI does', json(vendorError(`Incorrect API key provided: ${ends(10)}. Find yours at x.`), { status: 401 })],
    ['with its tail, as DeepSeek does', json(vendorError(`Your api key: ****${key.slice(-4)} is invalid`), { status: 401 })],
    ['with three stars', json(vendorError(`Invalid: ${key.slice(0, 10)}***`), { status: 401 })],
    ['with dots', json(vendorError(`Invalid: ${key.slice(0, 10)}...${key.slice(-4)}`), { status: 401 })],
    ['as the code of the error', json(vendorError('no', { code: key, type: key }), { status: 401 })],
    ['as the id of the request', json(vendorError('no'), { status: 401, headers: { 'x-request-id': `Bearer ${key}` } })],
    ['in base64', json(vendorError(`Basic ${Buffer.from(`user:${key}`).toString('base64')}`), { status: 401 })],
    ['in plain words', text(`no such key ${key}\n`, { status: 403 })],
    ['with status 200', json({ code: 4101, msg: `no such key ${key}` })],
    ['in the middle of a stream', sse([said('Half'), vendorError(`no such key ${key}`, { code: 'invalid_api_key' })])]
  ])('H04 %s: no error shows it', async (_how, answer) => {
    for (const error of await failures(answer)) {
      expect(error.kind).toMatch(/auth|permission/)
      expect(error.message).not.toBe('')
      expectNoTrace(shownOf(error))
    }
  })

  test.each([2_000, 8_000, 64 * 1024])('H04 where a message is cut after %i characters, no half of the key is left', async limit => {
    for (const shift of [5, 13, 22]) {
      const before = 'words '.repeat(limit).slice(0, limit - shift - 1)
      for (const body of [
        json(vendorError(`${before} ${key} and more`), { status: 401 }),
        text(`${before} ${key} and more`, { status: 401 })
      ])
        for (const error of await failures(body)) expectNoTrace(shownOf(error))
    }
  })

  test('H04 where nobody can read the body, no half of the key is left', async () => {
    for (let before = 170; before <= 200; before += 3) {
      const [error] = await failures(text(`${'words '.repeat(50).slice(0, before)} ${key}`, { status: 401 }), plainDialect)
      if (error === undefined) throw new Error('no failure')
      expect(error).toMatchObject({ kind: 'auth', message: expect.stringMatching(/^The vendor answered 401: words/) })
      expectNoTrace(shownOf(error))
    }
  })

  test('H04 a text that only looks a little like it is left alone', async () => {
    const [error] = await failures(json(vendorError('Use **bold** and sk-learn, 2 * 3 * 4.'), { status: 400 }))
    expect(error?.message).toBe('Use **bold** and sk-learn, 2 * 3 * 4.')
  })
})

const sequences = '\u001b]0;owned\u0007\u001b[2J\u001b[31mred\u009b31m\r\b\u0000'
// eslint-disable-next-line no-control-regex -- control characters are what is looked for
const controls = /[\u0000-\u0009\u000b-\u001f\u007f-\u009f]/

describe('an error body that does harm', () => {
  const tenMegabytes = (status: number, type: string): Answer => ({
    status,
    headers: { 'content-type': type },
    steps: [write(`{"error":{"message":"${JSON.stringify(sequences).slice(1, -1)}`), flood('x'.repeat(64 * 1024), 160)]
  })

  test.each([
    ['10 MB of JSON', tenMegabytes(400, 'application/json')],
    ['10 MB with escape sequences', { ...tenMegabytes(400, 'text/plain'), steps: [flood(`${sequences} words `.repeat(1_000), 300)] }],
    ['a message of 1 MB', json(vendorError(sequences.repeat(50_000)), { status: 400 })],
    ['binary', text(randomBytes(1024 * 1024), { status: 400, headers: { 'content-type': 'application/octet-stream' } })]
  ])('H33 %s is cut to 2 KB without control characters, and read once', async (_what, answer) => {
    for (const error of await failures(answer)) {
      expect(error).toMatchObject({ kind: 'bad_request', status: 400 })
      expect(error.message.length).toBeLessThanOrEqual(2_000)
      expect(error.message).not.toMatch(controls)
      expect(JSON.stringify(error).length).toBeLessThan(20_000)
    }
  })

  test('H33 fields beside the message are cut and cleaned too', async () => {
    const long = `${sequences}${'y'.repeat(20_000)}`
    const answer = json(vendorError('no', { code: long, type: long }), { status: 400, headers: { 'x-request-id': 'z'.repeat(5_000) } })
    for (const error of await failures(answer)) {
      expect(JSON.stringify(error).length).toBeLessThan(20_000)
      expect(error.vendorCode).not.toMatch(controls)
    }
  })

  test('H33 the same where the plugin cannot read it', async () => {
    for (const error of await failures(text(sequences.repeat(1_000), { status: 500 }), plainDialect)) {
      expect(error).toMatchObject({ kind: 'server', status: 500 })
      expect(error.message.length).toBeLessThan(300)
      expect(error.message).not.toMatch(controls)
    }
  })

  test('H33 bytes that never end are not read to the end', async () => {
    const endless: Answer = {
      status: 502,
      headers: { 'content-type': 'text/html' },
      steps: [write('<html>'), flood('x'.repeat(64 * 1024))]
    }
    await using vendor = await withVendor(endless, { settings: { max_retries: 0, deadline: 5 } })
    expect(await failureOf(vendor.provider.chat(question))).toMatchObject({ kind: 'server', code: 'html', status: 502 })
    expect(await vendor.service.requests[0]?.closedEarly).toBe(true)
  })
})

describe('the command line', () => {
  const home = mkdtempSync(join(tmpdir(), 'resoftai-faults-cli-'))
  const command = join(import.meta.dirname, '..', '..', 'node_modules', '.bin', 'resoftai')
  let ran: Awaited<ReturnType<typeof runAgainst>>[]

  async function runAgainst(answer: Answer, words: readonly string[]) {
    await using service = await fakeService(answer)
    const child = spawn(command, ['chat', ...words, 'Hello'], {
      cwd: home,
      env: {
        PATH: process.env['PATH'] ?? '',
        HOME: home,
        RESOFTAI_HOME: join(home, 'state'),
        LOG_LEVEL: 'debug',
        API_KEY: key,
        BASE_URL: service.url,
        MODEL_NAME: 'm1'
      }
    })
    child.stdin.end()
    const out: string[] = []
    for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', (part: string) => out.push(part))
    const code = await new Promise<number | null>(resolve => child.on('close', resolve))
    return { code, said: out.join(''), calls: service.requests.length }
  }

  beforeAll(async () => {
    const body = JSON.stringify(vendorError(`${sequences} ${key} `)).slice(0, -3)
    const huge: Answer = {
      status: 401,
      headers: { 'content-type': 'application/json', 'x-request-id': `req ${key}` },
      steps: [write(body), flood(`${sequences} `.repeat(1_000), 500)]
    }
    const short = json(vendorError(`${sequences} not ${key} nor ${key.slice(0, 10)}***`), { status: 401 })
    const ways = [[], ['--no-stream'], ['--json', '--debug']]
    ran = await Promise.all([huge, short].flatMap(answer => ways.map(words => runAgainst(answer, words))))
  }, 30_000)
  afterAll(() => rmSync(home, { recursive: true, force: true }))

  test('H33 prints an error that holds escape sequences without a control character', () => {
    for (const { code, said: shown, calls } of ran) {
      expect([code, calls]).toEqual([1, 1])
      expect(shown).not.toMatch(controls)
      expect(shown).toContain('owned')
      expect(shown.length).toBeLessThan(20_000)
    }
  })

  test('H04 prints and logs no part of the key', () => {
    for (const { said: shown } of ran) {
      expect(shown).toContain('"message":"chat"')
      expectNoTrace(shown)
    }
  })
})
