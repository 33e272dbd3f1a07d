import { expect, test } from '@jest/globals'
import { modelName } from './model-name.ts'

test('the name of a tool begins with its source, and is as it is where vendors take it', () => {
  expect(modelName('files', 'read_text-file')).toBe('files__read_text-file')
  const longest = 'n'.repeat(64 - 'files__'.length)
  expect(modelName('files', longest)).toBe(`files__${longest}`)
})

test('what vendors do not take is replaced, and no two tools get one name', () => {
  const odd = ['read.file', 'read file', 'read/file', 'read_file', '读取', '删除', 'n'.repeat(58), 'n'.repeat(59), '😀', '']
  const names = odd.map(name => modelName('files', name))
  for (const name of names) expect(name).toMatch(/^files__[a-zA-Z0-9_-]{0,57}$/)
  expect(new Set(names).size).toBe(odd.length)
})
