/** FNV-1a, 32 bits. Not for secrets: it only makes equal inputs look equal. */
export function hashNumber(text: string): number {
  let value = 0x811c9dc5
  for (let index = 0; index < text.length; index++) {
    value = Math.imul(value ^ text.charCodeAt(index), 0x01000193)
  }
  return value >>> 0
}

/** Eight hexadecimal digits. */
export function hash(text: string): string {
  return hashNumber(text).toString(16).padStart(8, '0')
}
