import { expect, test } from '@jest/globals'
import { execFileSync } from 'node:child_process'

/** The modules that a program loads that imports this and does nothing. */
function loadedBy(specifier: string): string {
  return runWatched(`await import(${JSON.stringify(specifier)})`)
}

/** What a program writes, after a line for each module that it loads. */
function runWatched(program: string): string {
  const watched = `
    import { registerHooks } from 'node:module'
    registerHooks({ load(url, context, next) { console.log(url); return next(url, context) } })
    ${program}`
  return execFileSync(process.execPath, ['--input-type=module', '--eval', watched], { cwd: import.meta.dirname, encoding: 'utf8' })
}

const ofGateway = /\/(fastify|gateway\/dist)\//
const ofDatabase = /\/(kysely|pg)\//

test('importing resoftai loads nothing of the gateway and no database', () => {
  const loaded = loadedBy('resoftai')
  expect(loaded).toContain('/core/dist/')
  expect(loaded).not.toMatch(ofGateway)
  expect(loaded).not.toMatch(ofDatabase)
})

test('serving loads no compiler of schemas, and nothing of what fetch is made of', () => {
  const program = `
    const { createHost } = await import('resoftai')
    const { createGateway, openStorage } = await import('resoftai/gateway')
    const storage = await openStorage('sqlite::memory:')
    const host = await createHost({ env: {}, home: process.cwd() })
    const gateway = createGateway({ host, keys: storage.keys })
    await gateway.listen({ host: '127.0.0.1', port: 0 })
    await (await host.provider('simulator')).models()
    console.log(process.moduleLoadList.join('\\n'))
    await gateway.close()`
  const loaded = runWatched(program)
  expect(loaded).toMatch(ofGateway)
  expect(loaded).toContain('NativeModule http')
  expect(loaded).not.toMatch(/(fast-json-stringify|ajv)-compiler|\/ajv\/dist\/(core|compile)\b/)
  // An import of node:http from a module, rather than from a script, reads all that it exports; one of these is made of it.
  expect(loaded).not.toContain('internal/deps/undici')
})

test('importing resoftai/gateway loads the gateway, and no database before one is opened', () => {
  const loaded = loadedBy('resoftai/gateway')
  expect(loaded).toMatch(ofGateway)
  expect(loaded).not.toMatch(ofDatabase)
})
