import { readFileSync } from 'node:fs'
import { expect, test } from '@jest/globals'
import { faults } from '../src/fault.ts'
import { models } from '../src/model.ts'
import { chat, failureOf } from './asking.ts'

const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8')

/** The words in code type in the first column of the table of a section. */
function listed(section: string): readonly string[] {
  const [, part = ''] = readme.split(`## ${section}\n`)
  const [body = ''] = part.split('\n## ')
  const rows = body.split('\n').filter(line => line.startsWith('| `'))
  return rows.flatMap(row => Array.from(row.split('|')[1]?.matchAll(/`([^`]+)`/g) ?? [], ([, word = '']) => word))
}

test('the README lists every model', () => {
  expect(listed('Models')).toEqual([...models.filter(model => !model.startsWith('fault:')), 'fault:<name>'])
})

test('the README lists every fault', () => {
  expect(listed('Faults').toSorted()).toEqual(Object.keys(faults).toSorted())
})

test('the README lists every directive', async () => {
  const { error } = await failureOf(chat({ simulator: { unheard: 1 } }))
  const known = /, only ([\w, ]+)/.exec(error?.message ?? '')?.[1]?.split(', ')
  expect(listed('Directives').toSorted()).toEqual(known?.toSorted())
})
