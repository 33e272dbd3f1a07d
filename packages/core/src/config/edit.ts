import { existsSync, readFileSync } from 'node:fs'
import { dirname, extname } from 'node:path'
import { HostError } from '../error.ts'
import { withFileLock } from './file-lock.ts'
import { errorCode } from '../error-code.ts'
import { makePrivateFolder, refuseLink, writePrivateFile } from './private-file.ts'
import { isRecord } from './record.ts'
import { isSecretFile } from './secret-file.ts'
import { soundsSecret } from './secret-value.ts'
import type { ProviderEntry } from './types.ts'

/**
 * Writes fields of one provider into the user's YAML file and leaves everything else in it as it was, comments too. A field that is
 * `undefined` is taken out; fields not named stay. Refuses to write a secret: those belong into the secret store.
 */
export async function setProviderConfig(file: string, name: string, entry: ProviderEntry): Promise<void> {
  const headers = isRecord(entry['headers']) ? Object.entries(entry['headers']) : []
  for (const [key, value] of [...Object.entries(entry), ...headers]) {
    if (typeof value === 'string' && soundsSecret(key) && !/^\$\{[^}]+\}$/.test(value) && !isSecretFile(value)) {
      const hint = `Write the name of a variable (\${NAME}), or run: resoftai secret set ${name} ${key}`
      throw new HostError('usage', `${key} would be written into ${file} in plain sight.`, { hint })
    }
  }
  const { setInText } = await import('./edit-text.ts')
  edit(file, text => setInText(file, text, name, entry))
}

/** False when the file has no such provider. */
export async function removeProvider(file: string, name: string): Promise<boolean> {
  if (!existsSync(file)) return false
  const { removeFromText } = await import('./edit-text.ts')
  return edit(file, text => removeFromText(file, text, name))
}

/** Puts the new text in place, unless there is none. */
function edit(file: string, change: (text: string) => string | undefined): boolean {
  if (extname(file) !== '.yaml' && extname(file) !== '.yml') {
    throw new HostError('usage', `${file} is not a YAML file and cannot be edited by a command.`, { hint: 'Edit it by hand.' })
  }
  makePrivateFolder(dirname(file))
  return withFileLock(`${file}.lock`, () => {
    refuseLink(file)
    const text = change(readText(file))
    if (text !== undefined) writePrivateFile(file, text)
    return text !== undefined
  })
}

function readText(file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch (error) {
    const code = errorCode(error)
    if (code === 'ENOENT') return ''
    throw new HostError('config', `${file} cannot be read (${code}).`, { hint: 'Make it readable for you.' })
  }
}
