import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { HostError } from '../error.ts'
import type { Environment } from './home.ts'
import { errorCode } from '../error-code.ts'

export interface DotEnv {
  readonly file: string
  readonly values: Environment
}

/** Reads `.env` of a folder. Absent, or a folder of that name (a Python environment): `undefined`. */
export async function readDotEnv(directory: string): Promise<DotEnv | undefined> {
  const file = join(directory, '.env')
  let text: string
  try {
    text = readFileSync(file, 'utf8')
  } catch (error) {
    const code = errorCode(error)
    if (code === 'ENOENT' || code === 'EISDIR' || code === 'ENOTDIR') return undefined
    throw new HostError('config', `${file} cannot be read (${code}).`, { hint: 'Make it readable, or remove it.' })
  }
  const { parse } = await import('dotenv')
  return { file, values: parse(text) }
}
