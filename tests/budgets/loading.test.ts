import { describe, expect, test } from '@jest/globals'
import { execFile } from 'node:child_process'
import { rmSync } from 'node:fs'
import { promisify } from 'node:util'
import { fakeService, json } from '@resoftai/sdk/testing'
import { question } from '../faults/support.ts'
import { makeHome, wholeReply } from './support.ts'

interface Loaded {
  readonly files: readonly string[]
  readonly builtins: readonly string[]
}

/** What a process loads that makes one call. */
async function loadedBy(config: object): Promise<Loaded> {
  await using service = await fakeService(json(wholeReply({ input: 20, output: 40 })))
  const home = makeHome()
  const providers = { one: { plugin: 'openai-compatible', api_base: service.url, api_key: 'sk-invented-key', default_model: 'm1' } }
  const options = { env: {}, cwd: home, home, config: { providers, log: { level: 'silent' }, ...config } }
  const script = `import { registerHooks } from 'node:module'
    const files = []
    registerHooks({ load: (url, context, next) => (files.push(url), next(url, context)) })
    const { createHost } = await import('resoftai')
    const host = await createHost(${JSON.stringify(options)})
    await (await host.provider('one')).chat(${JSON.stringify(question)})
    await host.close()
    console.log(JSON.stringify({ files, builtins: process.moduleLoadList }))`
  try {
    const { stdout } = await promisify(execFile)(process.execPath, ['--no-warnings', '--input-type=module', '-e', script], {
      cwd: import.meta.dirname,
      maxBuffer: 16 * 1024 * 1024
    })
    return JSON.parse(stdout) as Loaded
  } finally {
    rmSync(home, { recursive: true, force: true })
  }
}

const ofStorage = /\/packages\/storage\/|\/node_modules\/(?:kysely|pg)\//
const sqlite = /\bsqlite\b/

describe('a call', () => {
  test('without a budget or a storage loads nothing of them', async () => {
    const { files, builtins } = await loadedBy({})
    expect(files.some(file => file.includes('packages/core/'))).toBe(true)
    expect(files.filter(file => ofStorage.test(file))).toEqual([])
    expect(builtins.filter(name => sqlite.test(name))).toEqual([])
  })

  test('under a limit for each request loads no storage', async () => {
    const { files, builtins } = await loadedBy({ budgets: [{ per: 'request', limit: '1 USD', unpriced: 'allow' }] })
    expect(files.filter(file => ofStorage.test(file))).toEqual([])
    expect(builtins.filter(name => sqlite.test(name))).toEqual([])
  })

  test('under a budget loads them, but not what speaks to PostgreSQL', async () => {
    const { files, builtins } = await loadedBy({ budgets: [{ per: 'day', limit: '1 USD' }] })
    expect(files.some(file => file.includes('/packages/storage/'))).toBe(true)
    expect(files.some(file => file.includes('/node_modules/kysely/'))).toBe(true)
    expect(builtins.some(name => sqlite.test(name))).toBe(true)
    expect(files.filter(file => file.includes('/node_modules/pg/'))).toEqual([])
  })
})
