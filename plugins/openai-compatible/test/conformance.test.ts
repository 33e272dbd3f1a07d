import { join } from 'node:path'
import { test } from '@jest/globals'
import { assertDialect, readConformance } from '@resoftai/sdk/testing'
import plugin from '../src/index.ts'

test('the dialect conforms', () => assertDialect(plugin, readConformance(join(import.meta.dirname, '../conformance'))))
