import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { mask } from '../observe/index.ts'
import { HostError } from '../error.ts'
import { withFileLock } from './file-lock.ts'
import { errorCode } from '../error-code.ts'
import { makePrivateFolder, permissionWarning, refuseLink, writePrivateFile } from './private-file.ts'
import { emptyRecord, isRecord } from './record.ts'
import { judgeSecret } from './secret-value.ts'

/** Where secrets are kept that a person gave once (`resoftai secret set`). By provider and field. */
export interface SecretStore {
  /** For people: the file, or the name of the keyring. */
  readonly place: string
  get(provider: string, field: string): string | undefined
  set(provider: string, field: string, secret: string): void
  /** False when there was none. */
  unset(provider: string, field: string): boolean
  /** Never the secrets: of each at most the last four characters. */
  list(): readonly StoredSecret[]
  /** A sentence when others could read the secrets, and how to stop that. */
  warning(): string | undefined
}

export interface StoredSecret {
  readonly provider: string
  readonly field: string
  readonly masked: string
}

type Secrets = Record<string, Record<string, string>>

/** Secrets in `<home>/secrets.json`, readable by its owner only. Each call reads the file anew. */
export function secretStore({ home }: { readonly home: string }): SecretStore {
  const file = join(home, 'secrets.json')
  const change = <T>(work: (secrets: Secrets) => T): T => {
    makePrivateFolder(home)
    return withFileLock(`${file}.lock`, () => {
      const secrets = readSecrets(file)
      const result = work(secrets)
      writePrivateFile(file, `${JSON.stringify({ version: 1, secrets }, null, 2)}\n`)
      return result
    })
  }
  return {
    place: file,
    get: (provider, field) => readSecrets(file)[provider]?.[field],
    set(provider, field, secret) {
      checkName('provider', provider)
      checkName('field', field)
      const fault = judgeSecret(secret)
      if (fault !== undefined) throw new HostError('usage', `The secret ${field} ${fault}.`)
      change(secrets => void ((secrets[provider] ??= emptyRecord())[field] = secret))
    },
    unset: (provider, field) =>
      readSecrets(file)[provider]?.[field] !== undefined &&
      change(secrets => {
        const fields = secrets[provider]
        const found = fields?.[field] !== undefined
        if (fields !== undefined) delete fields[field]
        if (fields !== undefined && Object.keys(fields).length === 0) delete secrets[provider]
        return found
      }),
    list: () =>
      Object.entries(readSecrets(file)).flatMap(([provider, fields]) =>
        Object.entries(fields).map(([field, secret]) => ({ provider, field, masked: mask(secret) }))
      ),
    warning: () => permissionWarning(file)
  }
}

function readSecrets(file: string): Secrets {
  refuseLink(file)
  let text: string
  try {
    text = readFileSync(file, 'utf8')
  } catch (error) {
    const code = errorCode(error)
    if (code === 'ENOENT') return emptyRecord()
    throw new HostError('config', `${file} cannot be read (${code}).`, {
      hint: 'Make it readable for you, or remove it and set the secrets again.'
    })
  }
  return parseSecrets(text) ?? refuse(file)
}

function parseSecrets(text: string): Secrets | undefined {
  try {
    const content: unknown = JSON.parse(text)
    if (!isRecord(content) || content['version'] !== 1 || !isRecord(content['secrets'])) return undefined
    const read: Secrets = emptyRecord()
    for (const [provider, fields] of Object.entries(content['secrets'])) {
      if (!isRecord(fields) || !Object.values(fields).every(secret => typeof secret === 'string')) return undefined
      read[provider] = Object.assign(emptyRecord<string>(), fields)
    }
    return read
  } catch {
    // The error of JSON.parse quotes the text, and the text is full of secrets.
    return undefined
  }
}

function refuse(file: string): never {
  throw new HostError('config', `${file} is not a list of secrets that this version understands.`, {
    hint: 'It may have been edited by hand. Put it right, or remove it and set the secrets again.'
  })
}

function checkName(what: string, name: string): void {
  if (/^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$/.test(name)) return
  throw new HostError('usage', `"${name}" is not the name of a ${what}.`, { hint: 'Letters, digits, _ and - only.' })
}
