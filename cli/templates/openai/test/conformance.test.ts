import { join } from 'node:path'
import { test } from 'node:test'
import { assertDialect, readConformance } from '@resoftai/sdk/testing'
import plugin from '../src/index.ts'

const folder = join(import.meta.dirname, '..', 'conformance')

await test('says and reads what the vendor does', () => assertDialect(plugin, readConformance(folder)))
