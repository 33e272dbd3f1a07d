import { createHmac, createPrivateKey, createSecretKey, randomBytes, sign, type KeyObject } from 'node:crypto'
import { ProviderError, type JwtSpec } from '@resoftai/sdk'

type Secrets = ReadonlyMap<string, string>

/** One token, signed now (RFC 7515 compact form). Throws `ProviderError` `auth` when the key cannot sign. */
export function signJwt({ algorithm, key, header, claims }: JwtSpec, secrets: Secrets, nowMs: number): string {
  const payload = claims({ nowMs, nonce: randomBytes(32).toString('hex') })
  const parts = [{ ...header, alg: algorithm, typ: 'JWT' }, payload].map(part => encode(JSON.stringify(fill(part, secrets))))
  const signed = parts.join('.')
  return `${signed}.${signText(algorithm, signed, fillText(key, secrets))}`
}

function encode(text: string): string {
  return Buffer.from(text).toString('base64url')
}

function signText(algorithm: JwtSpec['algorithm'], text: string, key: string): string {
  if (algorithm === 'HS256') return createHmac('sha256', createSecretKey(key, 'utf8')).update(text).digest('base64url')
  return sign('RSA-SHA256', Buffer.from(text), readPrivateKey(key)).toString('base64url')
}

function readPrivateKey(pem: string): KeyObject {
  try {
    // Line ends do not survive an environment variable.
    return createPrivateKey(pem.replaceAll('\\n', '\n'))
  } catch (cause) {
    throw new ProviderError('auth', 'The private key cannot be read.', {
      code: 'private_key',
      cause,
      hint: 'It is the whole text of the PEM file, from -----BEGIN to -----END.'
    })
  }
}

/** Every text of a JSON value with its placeholders filled. */
function fill(value: unknown, secrets: Secrets): unknown {
  if (typeof value === 'string') return fillText(value, secrets)
  if (Array.isArray(value)) return value.map(part => fill(part, secrets))
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([name, part]) => [name, fill(part, secrets)]))
}

/** A placeholder, or that of a part (`secretPart` of the SDK). */
const placeholder = /\{\{secret:(\w+)(?:\|([^|]+)\|(\d+))?\}\}/g

function fillText(text: string, secrets: Secrets): string {
  return text.replace(placeholder, (_all, field: string, separator: string | undefined, index: string) => {
    const secret = secrets.get(`{{secret:${field}}}`) ?? ''
    const part = separator === undefined ? secret : secret.split(separator)[Number(index)]
    if (part !== undefined && part !== '') return part
    throw new ProviderError('auth', `${field} has not the form that is signed with.`, {
      code: 'key_form',
      hint: separator === undefined ? `Set ${field}.` : `It consists of parts with "${separator}" between them; copy all of it.`
    })
  })
}
