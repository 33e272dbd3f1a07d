import { expect, test } from '@jest/globals'
import { execFileSync } from 'node:child_process'

/** The modules that a program loads that imports this and does nothing. */
function loadedBy(specifier: string): string {
  const program = `
    import { registerHooks } from 'node:module'
    registerHooks({ load(url, context, next) { console.log(url); return next(url, context) } })
    await import(${JSON.stringify(specifier)})`
  return execFileSync(process.execPath, ['--input-type=module', '--eval', program], { cwd: import.meta.dirname, encoding: 'utf8' })
}

const ofGateway = /\/(fastify|gateway\/dist)\//
const ofDatabase = /\/(kysely|pg)\//

test('importing resoftai loads nothing of the gateway and no database', () => {
  const loaded = loadedBy('resoftai')
  expect(loaded).toContain('/core/dist/')
  expect(loaded).not.toMatch(ofGateway)
  expect(loaded).not.toMatch(ofDatabase)
})

test('importing resoftai/gateway loads the gateway, and no database before one is opened', () => {
  const loaded = loadedBy('resoftai/gateway')
  expect(loaded).toMatch(ofGateway)
  expect(loaded).not.toMatch(ofDatabase)
})
