import { describe, expect, test } from '@jest/globals'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { openStorage } from '@resoftai/storage'
import { firstKey } from '../../cli/src/serve/first-key.ts'
import { shared } from '../../packages/storage/test/databases.ts'

describe.each(shared)('the first start of several gateways on $name', ({ fresh }) => {
  test('makes one key, and one of them shows it', async () => {
    const database = await fresh()
    const storages = await Promise.all(Array.from({ length: 8 }, () => openStorage(database.url)))
    try {
      const made = await Promise.all(storages.map(({ keys }) => firstKey(keys)))
      expect(made.filter(key => key !== undefined)).toHaveLength(1)
      const keys = await storages[0]?.keys.list()
      expect(keys?.map(({ name }) => name)).toEqual(['default'])
    } finally {
      for (const storage of storages) await storage.close()
      await database.drop()
    }
  })
})

test('a first start that cannot keep its key says so', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'resoftai-first-key-'))
  const file = join(folder, 'gateway.db')
  const storage = await openStorage(`sqlite:${file}`)
  try {
    using breaking = new DatabaseSync(file)
    breaking.exec('alter table client_key_secrets rename to elsewhere')
    await expect(firstKey(storage.keys)).rejects.toMatchObject({ kind: 'broken' })
  } finally {
    await storage.close()
    rmSync(folder, { recursive: true })
  }
})
