import { expect, test } from '@jest/globals'
import { modelItem, modelList } from './models-list.ts'

test('models are listed as OpenAI lists them', () => {
  const item = { id: 'groq/llama', object: 'model', created: 0, owned_by: 'groq' }
  expect(modelItem({ id: 'groq/llama', owner: 'groq' })).toEqual(item)
  expect(modelList([{ id: 'groq/llama', owner: 'groq' }])).toEqual({ object: 'list', data: [item] })
})
