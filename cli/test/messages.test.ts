import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from '@jest/globals'
import { chooseLocale } from '../src/locale.ts'
import { loadMessages } from '../src/messages/index.ts'
import { en } from '../src/messages/en.ts'
import { zhCN } from '../src/messages/zh-CN.ts'

const source = join(import.meta.dirname, '..', 'src')
const placeholders = (message: string) => [...message.matchAll(/\{(\w+)\}/g)].map(([, name]) => name).toSorted()

describe('the messages', () => {
  test('have the same keys and the same placeholders in both languages', () => {
    expect(Object.keys(zhCN)).toEqual(Object.keys(en))
    for (const key of Object.keys(en) as (keyof typeof en)[]) expect([key, placeholders(zhCN[key])]).toEqual([key, placeholders(en[key])])
  })

  test('are all used, and are all Chinese in Chinese but for names', () => {
    const files = readdirSync(source, { recursive: true, encoding: 'utf8' }).filter(
      file => file.endsWith('.ts') && !file.startsWith('messages')
    )
    const code = files.map(file => readFileSync(join(source, file), 'utf8')).join('\n')
    const made = [...code.matchAll(/`([\w.]+\.)\$\{/g)].map(([, start]) => start ?? '')
    const unused = Object.keys(en).filter(key => !code.includes(`'${key}'`) && !made.some(start => key.startsWith(start)))
    expect(unused).toEqual([])
    expect(
      Object.entries(zhCN)
        .filter(([, message]) => !/[\u4e00-\u9fff]/.test(message))
        .map(([key]) => key)
    ).toEqual(['doctor.node'])
  })

  test('keep a placeholder that has no value, and take values as they are', async () => {
    const text = await loadMessages('en')
    expect(text('plugin.unknown', { id: '$& {name}' })).toBe('There is no plugin "$& {name}".')
    expect(text('plugin.unknown')).toContain('{id}')
  })
})

describe('the language', () => {
  test.each([
    [{ RESOFTAI_LANG: 'zh', LANG: 'en_US.UTF-8' }, 'zh-CN'],
    [{ LC_ALL: 'zh_CN.UTF-8' }, 'zh-CN'],
    [{ LC_ALL: '', LC_MESSAGES: 'zh_TW', LANG: 'en_US' }, 'zh-CN'],
    [{ LC_ALL: 'C', LANG: 'zh_CN.UTF-8' }, 'en'],
    [{ LANG: 'de_DE.UTF-8' }, 'en']
  ] as const)('is chosen by the first variable that is set: %j → %s', (env, locale) => {
    expect(chooseLocale(env)).toBe(locale)
  })
})
