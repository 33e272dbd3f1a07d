import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { Sandbox } from '../../cli/test/cli-process.ts'
import { limitMs, secrets, shownOf } from './canaries.ts'

describe('X03 what the command line says of secrets', () => {
  let sandbox: Sandbox
  let made: string
  beforeAll(async () => {
    sandbox = new Sandbox()
    const vendor = (name: string, key: string) =>
      `  ${name}: { plugin: openai-compatible, api_base: http://127.0.0.1:9/v1, ${key}default_model: m }`
    const lines = [
      'providers:',
      vendor('inline', `api_key: ${secrets.inline}, headers: { x-auth-token: ${secrets.inline} }, `),
      vendor('environment', `api_key: "\${SOME_KEY}", `),
      vendor('dotenv', `api_key: "\${OTHER_KEY}", `),
      vendor('file', 'api_key: "file:./key", '),
      vendor('stored', ''),
      'storage: { url: "sqlite:./books.db" }',
      'routes: { fast: [inline/m, stored/m] }'
    ]
    writeFileSync(join(sandbox.cwd, 'resoftai.config.yaml'), `${lines.join('\n')}\n`)
    writeFileSync(join(sandbox.cwd, '.env'), `OTHER_KEY=${secrets.dotEnv}\n`)
    writeFileSync(join(sandbox.cwd, 'key'), `${secrets.file}\n`)
    await sandbox.run(['secret', 'set', 'stored', 'api_key'], { stdin: secrets.stored })
    made = (await sandbox.run(['keys', 'create', 'ann'])).stdout.trim()
  }, limitMs)
  afterAll(() => sandbox.remove())

  test.each([
    'config show',
    'config show --origin',
    'secret list',
    'providers',
    'doctor --offline',
    'chat -p inline --dry-run x',
    'keys list'
  ])(
    '%s shows four characters of each at most, with and without --json',
    async line => {
      const args = line.split(' ')
      const env = { SOME_KEY: secrets.environment }
      const runs = await Promise.all([sandbox.run(args, { env }), sandbox.run([...args, '--json'], { env })])
      const text = runs.map(({ stdout, stderr }) => stdout + stderr).join('\n')
      expect(runs.map(({ code }) => code)).not.toContain(2)
      for (const secret of Object.values(secrets)) expect(shownOf(secret, text)).toEqual([])
      // `rk-a1b2…` is how its owner knows it.
      expect(shownOf(made.slice('rk-'.length), text)).toEqual([])
      if (line.startsWith('config')) for (const secret of Object.values(secrets)) expect(text).toContain(`sk-…${secret.slice(-4)}`)
    },
    limitMs
  )

  test('and completes names, never values', async () => {
    const lines = [
      ['chat', '-p', ''],
      ['chat', '-m', ''],
      ['secret', 'set', ''],
      ['secret', 'set', 'stored', ''],
      ['secret', 'set', 'stored', 'api_key', ''],
      ['keys', 'rotate', ''],
      ['keys', 'revoke', ''],
      ['plugin', 'config', 'openai-compatible', '--set', 'api_key='],
      ['config', 'show', '']
    ]
    const runs = await Promise.all(lines.map(words => sandbox.run(['__complete', ...words], { env: { SOME_KEY: secrets.environment } })))
    const text = runs.map(({ stdout, stderr }) => stdout + stderr).join('\n')
    expect(text).toContain('inline')
    for (const secret of [...Object.values(secrets), made]) expect(shownOf(secret, text)).toEqual([])
  })
})
