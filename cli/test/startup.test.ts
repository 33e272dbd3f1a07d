import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { afterAll, describe, expect, test } from '@jest/globals'
import { command, Sandbox } from './cli-process.ts'

const sandbox = new Sandbox()
afterAll(() => sandbox.remove())

const tracer = `data:text/javascript,${encodeURIComponent(`
import { appendFileSync } from 'node:fs'
import { registerHooks } from 'node:module'
registerHooks({ load(url, context, next) { appendFileSync(process.env.TRACE, url + '\\n'); return next(url, context) } })
`)}`

/** The modules that are loaded when Node runs with these arguments. */
function loadedBy(args: readonly string[]): readonly string[] {
  const trace = join(mkdtempSync(join(sandbox.root, 'trace-')), 'urls')
  const env = { ...sandbox.env, TRACE: trace }
  const { status, stderr } = spawnSync(process.execPath, ['--import', tracer, ...args], { cwd: sandbox.cwd, env, encoding: 'utf8' })
  expect([status, stderr]).toEqual([0, ''])
  return readFileSync(trace, 'utf8').split('\n')
}

const heavy = /node_modules\/(\.pnpm\/)?(@clack|commander|undici|ajv|yaml|cosmiconfig|pino|tsyringe|semver)\b/
const pluginCode = /plugin-(openai-compatible|simulator)\/dist|plugins\/(openai-compatible|simulator)\/dist/

describe('start', () => {
  test('of --version loads nothing but the file itself', () => {
    const loaded = loadedBy([command, '--version']).filter(url => url.startsWith('file:'))
    expect(loaded).toEqual([pathToFileURL(command).href])
  })

  test('of plugin list loads no plugin and none of the large libraries', () => {
    const loaded = loadedBy([command, 'plugin', 'list'])
    expect(loaded.filter(url => heavy.test(url) || pluginCode.test(url))).toEqual([])
    expect(loaded.some(url => url.includes('/core/dist/'))).toBe(true)
  })

  test('of the library loads none of the large libraries and no plugin before they are needed', () => {
    const door = pathToFileURL(join(import.meta.dirname, '..', 'dist', 'index.js')).href
    const loaded = loadedBy(['--input-type=module', '-e', `await import(${JSON.stringify(door)})`])
    expect(loaded.filter(url => heavy.test(url) || pluginCode.test(url))).toEqual([])
  })
})
