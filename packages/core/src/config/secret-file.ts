import { readFileSync, statSync } from 'node:fs'
import { resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { errorCode } from '../error-code.ts'

const mostBytes = 65_536

type SecretFile = { readonly ok: true; readonly secret: string } | { readonly ok: false; readonly message: string }

/** Whether the value of a secret field is the address of a file (`file:/run/secrets/key`). */
export function isSecretFile(value: string): boolean {
  return value.startsWith('file:')
}

/** Throws where a `file://` address names no file of this machine. */
export function secretFilePath(value: string, directory: string): string {
  return value.startsWith('file://') ? fileURLToPath(value) : resolve(directory, value.slice('file:'.length))
}

/** Reads `file:/path`, `file:///path` or `file:path` (from `directory`). One newline at the end is not part of the secret. */
export function readSecretFile(value: string, directory: string): SecretFile {
  try {
    const path = secretFilePath(value, directory)
    const stat = statSync(path)
    if (!stat.isFile()) return { ok: false, message: `names ${path}, which is not a regular file` }
    if (stat.size > mostBytes) return { ok: false, message: `names ${path}, which is too large for a secret` }
    return {
      ok: true,
      secret: readFileSync(path, 'utf8')
        .replace(/^\uFEFF/, '')
        .replace(/\r?\n$/, '')
    }
  } catch (error) {
    return { ok: false, message: `names a file that cannot be read: ${value} (${errorCode(error)})` }
  }
}
