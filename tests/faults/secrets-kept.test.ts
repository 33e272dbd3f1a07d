import { afterEach, beforeEach, describe, expect, test } from '@jest/globals'
import { chmodSync, mkdirSync, readdirSync, readFileSync, renameSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { Sandbox } from '../../cli/test/cli-process.ts'
import { limitMs, secrets } from './canaries.ts'

const onUnix = process.platform === 'win32' ? test.skip : test

let sandbox: Sandbox
beforeEach(() => void (sandbox = new Sandbox()))
afterEach(() => sandbox.remove())

/** Writes a configuration and a secret. */
const configure = () =>
  sandbox.run(['plugin', 'config', 'openai-compatible', '--set', 'default_model=m', '--secret-stdin', 'api_key'], { stdin: secrets.inline })
const modeOf = (file: string) => (statSync(file).mode & 0o777).toString(8)

describe('X06 what holds secrets', () => {
  onUnix(
    'is for its owner only: secrets, configuration, database and their folder',
    async () => {
      await configure()
      await sandbox.run(['keys', 'create', 'ann'])
      const files = readdirSync(sandbox.home).filter(name => statSync(join(sandbox.home, name)).isFile())
      expect(files).toEqual(expect.arrayContaining(['secrets.json', 'config.yaml', 'resoftai.db']))
      expect(files.filter(file => modeOf(join(sandbox.home, file)) !== '600')).toEqual([])
      expect(modeOf(sandbox.home)).toBe('700')
    },
    limitMs
  )

  onUnix.each(['secrets.json', 'config.yaml'])(
    'and that others may read is warned of, with what to do: %s',
    async name => {
      await configure()
      const file = join(sandbox.home, name)
      const quiet = await sandbox.run(['doctor', '--offline'])
      expect(quiet.stdout + quiet.stderr).not.toContain('chmod')
      chmodSync(file, 0o644)
      const { stdout, stderr } = await sandbox.run(['doctor', '--offline'])
      expect(stdout + stderr).toContain(`chmod 600 ${file}`)
      chmodSync(file, 0o600)
      chmodSync(sandbox.home, 0o777)
      const wide = await sandbox.run(['doctor', '--offline'])
      expect(wide.stdout + wide.stderr).toContain(`chmod 700 ${sandbox.home}`)
    },
    limitMs
  )

  onUnix(
    'is not read or written through a link',
    async () => {
      const elsewhere = join(sandbox.root, 'elsewhere')
      mkdirSync(elsewhere)
      await sandbox.run(['secret', 'set', 'groq', 'api_key'], { stdin: secrets.stored })
      renameSync(join(sandbox.home, 'secrets.json'), join(elsewhere, 'secrets.json'))
      symlinkSync(join(elsewhere, 'secrets.json'), join(sandbox.home, 'secrets.json'))
      writeFileSync(join(elsewhere, 'config.yaml'), 'providers: {}\n')
      symlinkSync(join(elsewhere, 'config.yaml'), join(sandbox.home, 'config.yaml'))
      const before = readdirSync(elsewhere).map(file => readFileSync(join(elsewhere, file), 'utf8'))
      const runs = [
        await sandbox.run(['secret', 'list']),
        await sandbox.run(['secret', 'set', 'groq', 'api_key'], { stdin: secrets.inline }),
        await sandbox.run(['secret', 'unset', 'groq', 'api_key']),
        await sandbox.run(['plugin', 'config', 'openai-compatible', '--set', 'default_model=m'])
      ]
      for (const { code, stderr } of runs) expect([code, stderr]).toEqual([6, expect.stringContaining('is a symbolic link')])
      expect(readdirSync(elsewhere).map(file => readFileSync(join(elsewhere, file), 'utf8'))).toEqual(before)
    },
    limitMs
  )
})
