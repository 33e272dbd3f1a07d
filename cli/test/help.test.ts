import { afterAll, describe, expect, test } from '@jest/globals'
import { commands } from '../src/commands/table.ts'
import { en } from '../src/messages/en.ts'
import { zhCN } from '../src/messages/zh-CN.ts'
import { Sandbox } from './cli-process.ts'

const sandbox = new Sandbox()
/** Help is wrapped to the width of the terminal. */
const unwrap = (help: string) => help.replaceAll(/\s+/g, ' ')
afterAll(() => sandbox.remove())

describe('help', () => {
  test.each(commands.map(command => [command.path.join(' '), command] as const))(
    'of "%s" is there in both languages, with examples and --json',
    async (_, command) => {
      const [english, chinese] = await Promise.all([
        sandbox.run([...command.path, '--help']),
        sandbox.run([...command.path, '--help'], { env: { RESOFTAI_LANG: 'zh-CN' } })
      ])
      for (const [result, messages] of [
        [english, en],
        [chinese, zhCN]
      ] as const) {
        expect(result).toMatchObject({ code: 0, stderr: '' })
        const help = unwrap(result.stdout)
        expect(help).toContain(messages[command.text])
        expect(help).toContain('--json')
        expect(help).toContain(messages['option.json'])
        for (const example of command.examples) expect(help).toContain(example)
      }
    }
  )

  test('of the program lists every command, in both languages', async () => {
    const [english, chinese] = await Promise.all([
      sandbox.run(['--help']),
      sandbox.run([], { env: { RESOFTAI_LANG: '', LC_ALL: 'zh_CN.UTF-8' } })
    ])
    for (const { path } of commands) expect(english.stdout).toMatch(new RegExp(`^ +${path[0]} `, 'm'))
    expect(unwrap(english.stdout)).toContain(en['program.description'])
    expect(unwrap(chinese.stdout)).toContain(zhCN['program.description'])
    expect([english.code, chinese.code]).toEqual([0, 0])
  })
})

describe('the version', () => {
  test('is one line', async () => {
    expect(await sandbox.run(['--version'])).toMatchObject({ code: 0, stdout: expect.stringMatching(/^\d+\.\d+\.\d+\n$/), stderr: '' })
  })
})

describe('a command line that is wrong', () => {
  test.each([
    [['chta', 'hello'], 'Did you mean chat?'],
    [['plugin', 'instal', 'x'], 'Did you mean install?'],
    [['chat', '--modle', 'x'], 'Did you mean --model?'],
    [['plugin', 'info'], '<id> is missing.'],
    [['chat', '-p'], '-p, --provider <name> needs a value.'],
    [['plugin', 'list', 'x'], 'too many arguments'],
    [['chat', '--temperature', 'warm', 'x'], '--temperature must be a number'],
    [['chat', '--max-tokens', '1.5', 'x'], '--max-tokens must be a whole number'],
    [['completion', 'tcsh'], 'bash, zsh, fish']
  ])('exits with 2 and says what to write: %j', async (args, said) => {
    const result = await sandbox.run(args)
    expect(result.stderr).toContain(said)
    expect(result).toMatchObject({ code: 2, stdout: '' })
  })

  test('is understood with --json and --debug before the command, and says so when there is no command', async () => {
    const [early, none] = await Promise.all([sandbox.run(['--json', 'plugin', 'list']), sandbox.run(['plugin', '--json'])])
    expect(early.json()).toMatchObject({ plugins: expect.any(Array) })
    expect(none).toMatchObject({ code: 2, stderr: expect.stringContaining('A command is missing.') })
  })

  test('is one JSON document with --json', async () => {
    const result = await sandbox.run(['plugin', 'nonsense', '--json'])
    expect(result.code).toBe(2)
    expect(result.json()).toEqual({
      error: { kind: 'usage', message: 'There is no command nonsense.', hint: expect.any(String), problems: [], exitCode: 2 }
    })
  })

  test('does not repeat a key that was pasted into it, and says where keys belong', async () => {
    const key = 'sk-canary-0123456789abcdef'
    for (const args of [
      ['chat', `--api-key=${key}`],
      ['chat', '--api-key', key],
      ['secret', 'set', 'groq', 'api_key', key]
    ]) {
      const result = await sandbox.run(args)
      expect(result.code).toBe(2)
      expect(result.stderr).toContain('every program on this machine')
      expect(result.stdout + result.stderr).not.toContain('canary')
    }
  })
})
