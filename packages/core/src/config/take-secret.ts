import { dirname } from 'node:path'
import type { Problem } from '../error.ts'
import type { ConfigField } from '../plugins/types.ts'
import { compileSchema } from '../schema/compile.ts'
import type { Picked } from './pick-field.ts'
import { isSecretFile, readSecretFile } from './secret-file.ts'
import { judgeSecret } from './secret-value.ts'

type Taken = { readonly ok: true; readonly secret: string } | { readonly ok: false; readonly problem: Problem }

type AllTaken = { readonly ok: true; readonly secrets: readonly [string, ...string[]] } | { readonly ok: false; readonly problem: Problem }

/** A secret field may have several values, such as keys of several accounts: a list. */
export async function takeSecrets(field: string, schema: ConfigField, { value, origin }: Picked): Promise<AllTaken> {
  const secrets: string[] = []
  for (const item of Array.isArray(value) ? (value as unknown[]) : [value]) {
    const taken = await takeSecret(field, schema, { value: item, origin })
    if (!taken.ok) return taken
    if (!secrets.includes(taken.secret)) secrets.push(taken.secret)
  }
  const [first, ...more] = secrets
  if (first !== undefined) return { ok: true, secrets: [first, ...more] }
  return { ok: false, problem: { message: `${field} is an empty list.`, path: field, suggestion: 'Write a key, or remove the line.' } }
}

/** The real value of a secret, read from its file when it names one. No problem ever quotes it. */
async function takeSecret(field: string, schema: ConfigField, { value, origin }: Picked): Promise<Taken> {
  const refuse = (words: string, suggestion?: string): Taken => ({
    ok: false,
    problem: { message: `${field} ${words}.`, path: field, ...(suggestion !== undefined && { suggestion }) }
  })
  if (value === null) return refuse('has no value', 'Write one, or remove the line.')
  if (typeof value !== 'string') return refuse('must be a text', 'Put it into quotation marks.')
  let secret = value.replace(/\r?\n$/, '')
  // Only what a person wrote may name a file: a preset could otherwise send any file to its vendor.
  if ((origin.from === 'file' || origin.from === 'option') && isSecretFile(value)) {
    const file = readSecretFile(value, origin.from === 'file' ? dirname(origin.file) : '.')
    if (!file.ok) return refuse(file.message)
    secret = file.secret
  }
  const fault = judgeSecret(secret)
  if (fault !== undefined) return refuse(fault)
  return (await fits(secret, schema)) ? { ok: true, secret } : refuse('does not have the form that the plugin asks for')
}

const forms = ['minLength', 'maxLength', 'pattern', 'format', 'enum', 'const']

async function fits(secret: string, schema: ConfigField): Promise<boolean> {
  if (!forms.some(keyword => Object.hasOwn(schema, keyword))) return true
  const validate = await compileSchema(schema)
  return validate(secret).length === 0
}
