import { describe, expect, jest, test } from '@jest/globals'
import { randomUUID } from 'node:crypto'
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { createLog, createRedactor } from '@resoftai/core'
import { openStorage } from '@resoftai/storage'
import { Sandbox } from '../../cli/test/cli-process.ts'
import { removeOldConversations } from '../../cli/src/serve/retention.ts'
import { serveApart } from './serve-process.ts'
import { until } from './support.ts'

jest.setTimeout(60_000)

const dayMs = 86_400_000
const vendor = 'http://127.0.0.1:9/v1'

/** A file in which somebody wrote one conversation so many days ago, and another just now. */
async function talkedAbout(sandbox: Sandbox, days: number) {
  mkdirSync(sandbox.home, { recursive: true })
  const file = join(sandbox.home, 'resoftai.db')
  const storage = await openStorage(`sqlite:${file}`)
  const [old, recent] = [randomUUID(), randomUUID()]
  for (const id of [old, recent]) await storage.conversations.create({ id, owner: 'ann', title: 'Plans' })
  await storage.close()
  change(file, `update conversations set updated_at = ${Date.now() - days * dayMs} where id = '${old}'`)
  return { file, old, recent }
}

function change(file: string, sql: string): void {
  using database = new DatabaseSync(file, { timeout: 5_000 })
  database.exec(sql)
}

function idsIn(file: string): readonly unknown[] {
  using database = new DatabaseSync(file, { timeout: 5_000 })
  return database
    .prepare('select id from conversations')
    .all()
    .map(({ id }) => id)
}

const linesOf = (text: string) => text.split('\n').flatMap(line => (line.startsWith('{') ? [JSON.parse(line) as object] : []))

describe('storage.keep_conversations_days', () => {
  test('makes the gateway remove older conversations when it starts, and say how many', async () => {
    const sandbox = new Sandbox()
    try {
      const { file, recent } = await talkedAbout(sandbox, 31)
      const config = { storage: { keep_conversations_days: 30 }, log: { level: 'info' } }
      await using running = await serveApart(sandbox, vendor, config)
      await until(() => running.stderr().includes('conversations were removed'))
      expect(linesOf(running.stderr())).toContainEqual(
        expect.objectContaining({ level: 'info', message: 'Old conversations were removed.', removed: 1, days: 30 })
      )
      expect(idsIn(file)).toEqual([recent])
      running.signal('SIGTERM')
      expect(await running.ended).toBe(0)
    } finally {
      sandbox.remove()
    }
  })

  test('keeps what somebody said within that time', async () => {
    const sandbox = new Sandbox()
    try {
      const { file, old, recent } = await talkedAbout(sandbox, 29)
      await using running = await serveApart(sandbox, vendor, { storage: { keep_conversations_days: 30 }, log: { level: 'info' } })
      await until(() => running.stderr().includes('conversations were removed'))
      expect(idsIn(file)).toEqual(expect.arrayContaining([old, recent]))
    } finally {
      sandbox.remove()
    }
  })

  test('keeps all where it is not set', async () => {
    const sandbox = new Sandbox()
    try {
      const { file, old, recent } = await talkedAbout(sandbox, 3_650)
      const running = await serveApart(sandbox, vendor, { log: { level: 'info' } })
      await using _ = running
      running.signal('SIGTERM')
      await running.ended
      expect(running.stderr()).not.toContain('conversations')
      expect(idsIn(file)).toEqual(expect.arrayContaining([old, recent]))
    } finally {
      sandbox.remove()
    }
  })
})

describe('removing old conversations', () => {
  async function remove(everyMs: number, days = () => 30) {
    const sandbox = new Sandbox()
    const talked = await talkedAbout(sandbox, 31)
    const storage = await openStorage(`sqlite:${talked.file}`)
    const lines: string[] = []
    const log = createLog({ level: 'info', redactor: createRedactor(), destination: { write: line => void lines.push(line) } })
    const begin = () => removeOldConversations({ conversations: storage.conversations, days, log, everyMs })
    return {
      ...talked,
      storage,
      lines,
      begin,
      async [Symbol.asyncDispose]() {
        await storage.close()
        sandbox.remove()
      }
    }
  }

  test('goes on after a failure, which it tells', async () => {
    await using removing = await remove(20)
    change(removing.file, 'alter table conversations rename to elsewhere')
    const stop = removing.begin()
    await until(() => removing.lines.length >= 2)
    expect(JSON.parse(removing.lines[1] ?? '')).toMatchObject({ level: 'warn', message: 'Old conversations could not be removed.' })
    change(removing.file, 'alter table elsewhere rename to conversations')
    await until(() => idsIn(removing.file).length === 1)
    stop()
    expect(idsIn(removing.file)).toEqual([removing.recent])
  })

  test('asks each time how long they are kept', async () => {
    let days = 40
    await using removing = await remove(20, () => days)
    const stop = removing.begin()
    await until(() => removing.lines.length >= 2)
    expect(idsIn(removing.file)).toHaveLength(2)
    days = 30
    await until(() => idsIn(removing.file).length === 1)
    stop()
    change(removing.file, 'update conversations set updated_at = 0')
    await new Promise(resolve => setTimeout(resolve, 100))
    expect(idsIn(removing.file)).toHaveLength(1)
  })

  test('says nothing when it is ended, and its storage closed, in the middle', async () => {
    await using removing = await remove(1)
    const stop = removing.begin()
    stop()
    await removing.storage.close()
    await new Promise(resolve => setTimeout(resolve, 50))
    expect(removing.lines.join('')).not.toContain('could not')
  })
})
