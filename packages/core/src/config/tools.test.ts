import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { inspect } from 'node:util'
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import { isHostError } from '../error.ts'
import { explainConfig } from './explain.ts'
import { loadConfig } from './load.ts'

let root: string

beforeEach(() => void (root = realpathSync(mkdtempSync(join(tmpdir(), 'resoftai-tools-')))))
afterEach(() => rmSync(root, { recursive: true, force: true }))

const load = (text: string, env: Readonly<Record<string, string>> = {}) => {
  writeFileSync(join(root, 'resoftai.config.yaml'), text)
  return loadConfig({ cwd: root, home: join(root, 'state'), env })
}

async function problemsOf(text: string): Promise<readonly string[]> {
  const error: unknown = await load(text).catch((thrown: unknown) => thrown)
  if (!isHostError(error)) throw new Error(`Expected a HostError, got ${inspect(error)}`)
  return error.problems.map(({ message }) => message)
}

describe('tools', () => {
  it('begin at the folder of the file that names them; the stronger file decides about a name alone', async () => {
    mkdirSync(join(root, 'state'))
    const own = 'tools: { clock: { module: ./own.js, timeout: 3 }, files: { command: ./bin/files, args: [.] } }'
    writeFileSync(join(root, 'state/config.yaml'), own)
    const { tools } = await load('tools: { clock: { module: ../clock.js } }')
    const none = { secrets: [], problems: [] }
    expect({ ...tools }).toEqual({
      clock: { module: join(root, '../clock.js'), folder: root, ...none },
      files: { command: './bin/files', args: ['.'], folder: join(root, 'state'), ...none }
    })
  })

  it('may be empty', async () => {
    expect({ ...(await load('tools:')).tools }).toEqual({})
  })

  it('know their secrets: what headers, variables and addresses are given, and what sounds like one', async () => {
    const env = { TOKEN: 'token-1234', PLAIN: 'plain-1234', API_KEY: 'key-12345', HOME: '/home/ann', OTHER: 'other-123' }
    const { tools } = await load(
      `tools:
  files:
    command: files
    args: [--key, '\${API_KEY}', '\${OTHER}', '\${HOME}']
    env: { GIVEN: '\${PLAIN}', HOME: '\${HOME}', GITHUB_TOKEN: written-1234, LEVEL: debug }
  search: { url: 'https://example.com/?key=\${TOKEN}', headers: { Authorization: Bearer written-5678, X-Region: europe } }`,
      env
    )
    expect(tools['files']?.secrets.toSorted()).toEqual(['key-12345', 'plain-1234', 'written-1234', 'written-1234'])
    expect(tools['search']?.secrets.toSorted()).toEqual(['Bearer written-5678', 'token-1234', 'written-5678'])
  })

  it('are shown without their secrets', async () => {
    const text = `tools: { search: { url: 'https://example.com/?key=\${TOKEN}', headers: { Authorization: Bearer written-5678, X-Region: europe } } }`
    const config = await load(text, { TOKEN: 'token-1234' })
    const shown = explainConfig(config).filter(({ path }) => path.startsWith('tools.'))
    expect(shown.map(({ path, value }) => [path, value])).toEqual([
      ['tools.search.url', '…'],
      ['tools.search.headers.Authorization', '……5678'.slice(1)],
      ['tools.search.headers.X-Region', 'europe']
    ])
    expect(shown[0]?.origin).toMatch(/resoftai\.config\.yaml:1, from TOKEN$/)
    expect(inspect(config)).not.toContain('1234')
  })

  it('whose variable is not set are stopped, and nothing else is', async () => {
    const { tools, unset } = await load('tools: { search: { url: "${NOWHERE}" }, clock: { module: ./clock.js } }')
    const problem = { message: 'The variable NOWHERE is not set.', path: 'tools.search.url', line: 1 }
    expect(tools['search']?.problems).toEqual([expect.objectContaining(problem)])
    expect(tools['clock']?.problems).toEqual([])
    expect(unset).toEqual([expect.objectContaining(problem)])
  })

  it.each([
    ['{ clock: {} }', ['clock must have module, or command, or url.']],
    ['{ clock: { module: a.js, url: https://example.com } }', ['url is not allowed here.']],
    ['{ clock: { module: a.js, args: [a] } }', ['command is missing: args needs it.']],
    ['{ clock: { command: a, headers: { a: b } } }', ['url is missing: headers needs it.']],
    ['{ a__b: { module: a.js } }', ['"a__b" is not a good name: write at most 32 letters and digits, with a single _ or - between them.']],
    ['{ a_: { module: a.js } }', ['"a_" is not a good name: write at most 32 letters and digits, with a single _ or - between them.']],
    [`{ ${'a'.repeat(33)}: { module: a.js } }`, [expect.stringContaining('is not a good name')]],
    [
      '{ search: { url: file:///etc/passwd } }',
      ['url must be an address such as https://mcp.example.com/mcp, without a name and password.']
    ],
    ['{ search: { url: https://ann:secret@example.com } }', [expect.stringContaining('without a name and password')]],
    ['{ clock: { module: a.js, timeout: 0 } }', ['timeout must be greater than 0.']],
    ['{ clock: { modul: a.js } }', expect.arrayContaining(['Unknown key "modul".'])]
  ])('are judged: %s', async (tools, problems) => {
    expect(await problemsOf(`tools: ${tools}`)).toEqual(problems)
  })
})
