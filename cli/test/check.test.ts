import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { Sandbox } from './cli-process.ts'
import { writePlugin } from './plugin-folder.ts'
import { hasTerminal, onTerminal } from './terminal.ts'

interface Report {
  readonly directory: string
  readonly ok: boolean
  readonly durationMs: number
  readonly checks: readonly {
    readonly group: string
    readonly name: string
    readonly status: string
    readonly ok: boolean
    readonly problems: readonly { readonly message: string; readonly file?: string }[]
    readonly why?: string
    readonly durationMs: number
  }[]
  readonly error?: { readonly kind: string; readonly message: string; readonly exitCode: number; readonly problems: readonly unknown[] }
}

const entry = `import { ProviderError } from '@resoftai/sdk'
const read = value => [{ type: 'text', text: String(Object(value).say ?? '') }, ...(Object(value).bye === true ? [{ type: 'finish', reason: 'stop' }] : [])]
export default {
  create: () => ({
    encode: ({ model, messages, extra, headers }) => ({ url: 'https://parrot.example/talk', headers: { ...headers }, body: { model, messages, ...extra } }),
    streamDecoder: () => ({ data }) => {
      try {
        return read(JSON.parse(data))
      } catch {
        throw new ProviderError('protocol', 'No JSON.')
      }
    }
  })
}
`

const sandbox = new Sandbox()
let good: string
let bad: string
let bare: string

function writeCase(directory: string, file: string, content: string | object): void {
  const path = join(directory, 'conformance', file)
  mkdirSync(dirname(path), { recursive: true })
  writeFileSync(path, typeof content === 'string' ? content : JSON.stringify(content))
}

beforeAll(() => {
  const manifest = { hosts: ['https://parrot.example'], provides: ['chat', 'stream', 'tools'] }
  const [first, second] = ['good', 'bad'].map(id => writePlugin(sandbox, id, { entry, manifest }))
  good = first ?? ''
  bad = second ?? ''
  bare = writePlugin(sandbox, 'bare', { entry, manifest })
  for (const directory of [good, bad]) {
    writeCase(directory, 'replies/hello.json', { body: 'hello.sse', expect: { content: 'Hi' } })
    writeCase(directory, 'replies/hello.sse', 'data: {"say":"Hi"}\n\ndata: {"bye":true}\n\n')
  }
  writeCase(bad, 'replies/other.json', { body: 'other.sse', expect: { content: '<"&>\u001b[31m\u0000' } })
  writeCase(bad, 'replies/other.sse', 'data: {"say":"]]>","bye":true}\n\n')
})
afterAll(() => sandbox.remove())

describe('plugin check', () => {
  test('prints a card: the groups with their counts, what was skipped with what to add, and one line at the end', async () => {
    const { code, stdout, stderr } = await sandbox.run(['plugin', 'check', good])
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    expect(stdout).toMatch(/^✓ Manifest {2}3 passed\n✓ Package {3}3 passed\n/)
    expect(stdout).toMatch(/\n✓ Replies {3}1 passed\n/)
    expect(stdout).toMatch(/\n✓ Promises {2}1 passed, 2 skipped\n/)
    expect(stdout).toContain('\n- Requests: a golden request: no request is shown: add one to conformance/encode\n')
    expect(stdout).toMatch(/\n\nThe plugin in .*good is fine: \d+ checks \(\d+\.\d s\)\.\n$/)
  })

  test('says in one line that there are no cases', async () => {
    const { code, stdout } = await sandbox.run(['plugin', 'check', bare])
    expect(code).toBe(0)
    expect(stdout.split('\n').filter(line => line.startsWith('- ') && line.includes(': '))).toEqual([
      '- Package: cases for the conformance suite: There is no folder "conformance": nothing shows what this vendor is sent, and what it answers.'
    ])
  })

  test('shows what failed in full, with its file, and nothing that a terminal would obey', async () => {
    const { code, stdout } = await sandbox.run(['plugin', 'check', bad])
    expect(code).toBe(1)
    expect(stdout).toContain('✗ Replies: fixture other\n')
    expect(stdout).toContain(`${join(bad, 'conformance/replies/other.json')}: content: expected`)
    expect(stdout).toMatch(/\nThe plugin in .*bad failed 1 of \d+ checks/)
    expect(stdout).not.toContain('\u001b')
  })

  test('speaks Chinese', async () => {
    const { stdout } = await sandbox.run(['plugin', 'check', bad], { env: { RESOFTAI_LANG: 'zh-CN' } })
    expect(stdout).toMatch(/^✓ 清单 {8}3 项通过\n/)
    expect(stdout).toContain('✗ 回复: fixture other')
    expect(stdout).toMatch(/有 1 项检查未通过，共 \d+ 项/)
  })

  test('gives one document for programs, whether it is good or not', async () => {
    const passed = await sandbox.run(['plugin', 'check', good, '--json'])
    expect(passed).toMatchObject({ code: 0, stderr: '' })
    const report = passed.json<Report & Record<string, unknown>>()
    expect(report).toMatchObject({ directory: good, ok: true, durationMs: expect.any(Number) })
    expect(report.error).toBeUndefined()
    expect(report.checks.find(({ name }) => name === 'fixture hello')).toEqual({
      group: 'replies',
      name: 'fixture hello',
      status: 'ok',
      ok: true,
      problems: [],
      durationMs: expect.any(Number)
    })
    expect(report.checks.find(({ status }) => status === 'skipped')?.why).toContain('add')

    const failed = await sandbox.run(['plugin', 'check', bad, '--json'])
    const { ok, checks, error } = failed.json<Report & Record<string, unknown>>()
    expect([failed.code, ok, checks.filter(check => !check.ok).map(({ name }) => name)]).toEqual([1, false, ['fixture other']])
    expect(error).toMatchObject({
      kind: 'plugin',
      exitCode: 1,
      message: expect.stringContaining('failed 1 of'),
      problems: [{ file: join(bad, 'conformance/replies/other.json') }]
    })
    expect(failed.stderr).toContain('fixture other')
  })

  test('writes JUnit for machines that run tests', async () => {
    expect((await sandbox.run(['plugin', 'check', bad, '--junit', 'reports/check.xml'])).code).toBe(1)
    const xml = readFileSync(join(sandbox.cwd, 'reports/check.xml'), 'utf8')
    expect(xml).toMatch(
      /^<\?xml version="1\.0" encoding="UTF-8"\?>\n<testsuites name="resoftai plugin check bad" tests="\d+" failures="1" errors="0" skipped="\d+" time="\d+\.\d{3}">\n/
    )
    const tags = [...xml.matchAll(/<(\/?)(\w+)((?: [\w]+="[^"<]*")*)(\/?)>/g)]
    // Nothing but tags and escaped text: a strict reader would take it.
    // oxlint-disable no-control-regex -- what XML cannot hold
    expect(xml.replace(/^<\?.*\?>/, '').replaceAll(/<\/?\w+(?: [\w]+="[^"<]*")*\/?>/g, '')).not.toMatch(
      /[<\u0000-\u0008\u001b]|&(?!(?:amp|lt|gt|quot|#10);)/
    )
    const open: string[] = []
    for (const [, closes, tag = '', , empty] of tags) {
      if (closes === '/') expect(open.pop()).toBe(tag)
      else if (empty !== '/') open.push(tag)
    }
    expect(open).toEqual([])
    const cases = tags.filter(([, closes, tag]) => closes === '' && tag === 'testcase').length
    expect(xml).toContain(`tests="${cases}"`)
    expect(xml).toContain('<failure message="content: expected')
    expect(xml).toContain('&lt;\\&quot;&amp;&gt;')
    expect(xml).toContain('<skipped message="no request is shown: add one to conformance/encode"/>')
  })

  test('says why a report cannot be written', async () => {
    const result = await sandbox.run(['plugin', 'check', good, '--junit', good])
    expect(result).toMatchObject({ code: 2, stderr: expect.stringContaining('The report cannot be written') })
    expect(existsSync(join(good, 'index.js'))).toBe(true)
  })

  const terminalTest = hasTerminal ? test : test.skip
  terminalTest('shows what it is doing, and colours, on a terminal only', async () => {
    const { code, raw, text } = await onTerminal(sandbox, ['plugin', 'check', bad], [])
    expect(code).toBe(1)
    expect(text).toMatch(/Checking: [a-z]/)
    expect(raw).toContain('\u001b[31m✗ ')
    expect(raw).not.toContain('\u001b[31m\u0000')
  })
})
