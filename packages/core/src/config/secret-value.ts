/** A private key as its file has it (RFC 7468). */
const pemKey = /^-----BEGIN [A-Z ]{1,40}-----\r?\n[A-Za-z0-9+/=\r\n]+\n-----END [A-Z ]{1,40}-----\s*$/

/** What is wrong with a secret, as the end of a sentence that begins with its name; `undefined`: nothing. Never quotes it. */
export function judgeSecret(secret: string): string | undefined {
  if (secret === '') return 'is empty'
  // What is signed with never goes into a header.
  if (pemKey.test(secret)) return undefined
  if (/[\r\n]/.test(secret)) return 'has more than one line'
  // eslint-disable-next-line no-control-regex -- control characters are what is looked for
  if (/[\u0000-\u001f\u007f-\u009f]/.test(secret)) return 'holds a control character'
  if (secret.trim() !== secret) return 'begins or ends with a blank'
  if (/[^\u0020-\u00ff]/.test(secret)) return 'holds a character that no header can carry; was it copied from a shortened display?'
  if (/^bearer /i.test(secret)) return 'begins with "Bearer": leave that word out, the plugin adds it'
  return undefined
}

/** What stands for the secret everywhere but on the socket. */
export function placeholder(field: string): string {
  return `{{secret:${field}}}`
}

const secretNames =
  /(^|[-_.])(api[-_]?key|access[-_]?key|secret|token|password|passwd|credentials?|authorization|auth|cookie|key)([-_.]|$)/i

/** Whether a field, header or variable is likely to hold a secret, told by its name. For what no schema marks. */
export function soundsSecret(name: string): boolean {
  return secretNames.test(name)
}
