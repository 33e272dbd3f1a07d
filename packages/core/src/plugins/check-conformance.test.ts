import { describe, expect, test } from '@jest/globals'
import { makePlugin } from '../../test/plugins/make-plugin.ts'
import { checkPlugin } from './commands.ts'
import type { CheckOptions } from './check.ts'

const head = "import { ProviderError } from '@resoftai/sdk'\n"
const sound = {
  encode: `({ model, messages, extra, headers }, mode) => ({
    url: config.api_base + '/talk',
    headers: { ...headers, authorization: 'Bearer ' + config.api_key },
    body: { model, messages, live: mode === 'stream', ...extra }
  })`,
  streamDecoder: `() => ({ data }) => {
    let value
    try { value = Object(JSON.parse(data)) } catch { throw new ProviderError('protocol', 'No JSON.') }
    return [
      ...(typeof value.say === 'string' ? [{ type: 'text', text: value.say }] : []),
      ...(value.bye === true ? [{ type: 'finish', reason: 'stop' }] : [])
    ]
  }`
}

const code = (parts: Partial<typeof sound> = {}, before = ''): string =>
  `${head}${before}\nexport default { create: ({ config }) => ({ ${Object.entries({ ...sound, ...parts })
    .map(([name, text]) => `${name}: ${text}`)
    .join(', ')} }) }`

const cases = {
  'conformance/replies/hello.json': JSON.stringify({ body: 'hello.sse', expect: { content: 'Hi', finishReason: 'stop' } }),
  'conformance/replies/hello.sse': 'data: {"say":"Hi"}\n\ndata: {"bye":true}\n\n'
}

async function check(text: string, files: Readonly<Record<string, string>> = cases, options: CheckOptions = {}) {
  const directory = makePlugin({ code: text, files: { ...files } })
  const checks = await checkPlugin(directory, { conformance: true, ...options })
  const problems = checks.flatMap(({ problems: found }) => found)
  return {
    checks,
    failed: checks.filter(({ ok }) => !ok).map(({ group, name }) => `${group}: ${name}`),
    words: problems.map(({ message, file = '', path = '' }) => `${file.replace(directory, '.')} ${path}: ${message}`).join('\n')
  }
}

describe('The conformance suite of a plugin folder', () => {
  test('is run with the cases of the folder, which are not published', async () => {
    const started: string[] = []
    const { checks, failed } = await check(code(), cases, { onStart: ({ name }) => started.push(name) })
    expect(failed).toEqual([])
    expect(checks.map(({ group, name }) => `${group}: ${name}`).slice(0, 7)).toEqual([
      'manifest: manifest',
      'manifest: schema',
      'manifest: presets',
      'package: package',
      'package: entry',
      'create: create',
      'package: conformance'
    ])
    expect(started).toContain('fixture hello')
    expect(checks.map(({ name }) => name).slice(7)).toEqual(started)
    expect(checks.find(({ name }) => name === 'a golden request')).toMatchObject({
      status: 'skipped',
      ok: true,
      why: expect.stringContaining('conformance/encode')
    })
  })

  test('is not run where nobody asks for it', async () => {
    const checks = await checkPlugin(makePlugin({ code: code({ encode: '() => null' }), files: cases }))
    expect(checks.map(({ name, ok }) => [name, ok])).toEqual(
      ['manifest', 'schema', 'presets', 'package', 'entry', 'create'].map(name => [name, true])
    )
  })

  test('tries what holds for every dialect where there are no cases', async () => {
    const { checks, failed } = await check(
      code({ encode: "({ model }) => ({ url: 'https://evil.example/', headers: {}, body: { model } })" }),
      {}
    )
    expect(checks.find(({ name }) => name === 'conformance')).toMatchObject({
      status: 'skipped',
      why: expect.stringContaining('There is no folder')
    })
    expect(failed).toEqual(['encode: requests go to the hosts of the manifest', 'encode: extra fields and headers arrive unchanged'])
  })

  test('names the file of a case that is wrong', async () => {
    const files = { ...cases, 'conformance/replies/hello.json': JSON.stringify({ body: 'hello.sse', expect: { content: 'Ho' } }) }
    expect(await check(code(), files)).toMatchObject({
      failed: ['replies: fixture hello'],
      words: './conformance/replies/hello.json : content: expected "Ho", got "Hi"'
    })
  })

  test('is not run with cases that cannot be read, and lists all that is wrong with them', async () => {
    const { failed, words, checks } = await check(code(), {
      'conformance/config.json': '[]',
      'conformance/encode/a.json': '{',
      'conformance/replies/b.json': JSON.stringify({ body: 'gone.sse', expects: {} }),
      'conformance/replies/c.json': JSON.stringify({ body: 'gone.sse', expect: {} })
    })
    expect(failed).toEqual(['package: conformance'])
    expect(checks.at(-1)?.name).toBe('conformance')
    for (const word of ['config.json : must hold', 'a.json : is no JSON', 'b.json : there is no "expects"', 'gone.sse : does not exist'])
      expect(words).toContain(word)
  })

  test('wants configs that a user could have', async () => {
    const { failed, words } = await check(code(), {
      ...cases,
      'conformance/config.json': JSON.stringify({ api_bse: 'x' }),
      'conformance/replies/other.json': JSON.stringify({ json: {}, config: { default_model: 1 }, expect: {} })
    })
    expect(failed).toEqual(['package: conformance'])
    expect(words).toMatch(
      /^\.\/conformance\/config\.json config\.api_bse: [^]*\n\.\/conformance\/replies\/other\.json config\.default_model: /
    )
  })

  test('cannot try a provider of its own, and says so', async () => {
    const { failed, checks } = await check('export default { create: () => ({ chat() {} }) }')
    expect(failed).toEqual([])
    expect(checks.at(-1)).toMatchObject({ name: 'conformance', status: 'skipped', why: expect.stringContaining('a provider of its own') })
  })
})

describe('A plugin that does not want to be checked', () => {
  test('and hangs is stopped, in the check that is named', async () => {
    const hanging = code({ streamDecoder: '() => () => { for (;;); }' })
    expect(await check(hanging, cases, { patienceMs: 4_000 })).toMatchObject({
      failed: ['replies: fixture hello'],
      words: ' : The code did not end within 4 s.'
    })
  })

  test.each<[string, string, string]>([
    ['ends the process', '() => () => process.exit(0)', 'ends the process while it is checked (exit code 0)'],
    ['kills the process', '() => () => process.kill(process.pid, "SIGKILL")', 'ends the process while it is checked (SIGKILL)'],
    [
      'eats the memory',
      '() => () => { const all = []; for (;;) all.push(new Array(1e6).fill({})) }',
      'needs more than 256 MB of memory while it is checked'
    ]
  ])(
    'and %s has failed',
    async (_, streamDecoder, words) => {
      const result = await check(code({ streamDecoder }))
      expect(result.failed).toEqual(['replies: fixture hello'])
      expect(result.words).toContain(words)
    },
    30_000
  )

  test.each([
    ['reads the arguments of the process', 'const mark = process.argv.join() + process.execArgv.join()'],
    ['reads standard input', "let mark; try { mark = fs.readFileSync(0, 'utf8') } catch {}"],
    [
      'looks into what is written',
      'let mark; const write = fs.writeSync; fs.writeSync = (fd, text) => write(fd, mark = text); syncBuiltinESMExports()'
    ]
  ])('and %s cannot write the report', async (_, look) => {
    const before = `import fs from 'node:fs'
import { syncBuiltinESMExports } from 'node:module'
${look}
const lie = () => {
  for (const word of new Set(String(mark).match(/[0-9a-f]{32}/g) ?? [''])) fs.writeSync(3, '\\n' + word + '{"fault":null,"made":"dialect"}\\n')
  process.exit(0)
}`
    const { failed } = await check(code({ streamDecoder: '() => () => lie()' }, before))
    expect(failed).toEqual(['replies: fixture hello'])
  })

  test.each([
    ['changes how JSON is written', "JSON.stringify = () => 'junk'", 'JSON.stringify'],
    ['makes everything JSON of its own', 'Object.prototype.toJSON = () => ({ check: 1 })', 'Object.prototype.toJSON'],
    ['changes the suite', 'Array.prototype.some = () => false', 'Array.prototype.some']
  ])('and %s is found', async (_, act, words) => {
    const result = await check(code({ encode: `() => { ${act}; return { url: 'https://api.acme.example/', headers: {} } }` }))
    expect(result.failed.length).toBeGreaterThan(0)
    expect(result.words).toMatch(new RegExp(`${words.replaceAll('.', '\\.')}|is no JSON value|ends the process|fails while`))
  })

  test('and talks without end is not heard', async () => {
    const loud = code(
      { streamDecoder: `() => { console.log('x'.repeat(1e6)); console.error('y'.repeat(1e6)); return (${sound.streamDecoder})() }` },
      "import { writeSync } from 'node:fs'\nwriteSync(3, 'z'.repeat(100_000))"
    )
    expect((await check(loud)).failed).toEqual([])
  }, 30_000)
})
