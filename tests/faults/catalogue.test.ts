import { expect, test } from '@jest/globals'
import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { catalogue } from './catalogue.ts'

test('every fault of the catalogue has a test that carries its number', () => {
  const text = globSync(['*.test.ts', '../budgets/*.test.ts', '../gateway/*.test.ts'], { cwd: import.meta.dirname })
    .map(file => readFileSync(join(import.meta.dirname, file), 'utf8'))
    .join('\n')
  const tested = new Set([...text.matchAll(/['"`]((?:[NHSGAX]\d\d\b ?)+)/g)].flatMap(([, numbers = '']) => numbers.trim().split(' ')))
  expect(Object.keys(catalogue).filter(number => !tested.has(number))).toEqual([])
})
