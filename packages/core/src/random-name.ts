/** Hexadecimal, never made twice. By the global: loading `node:crypto` takes as long as a listing of plugins. */
export function randomName(): string {
  return globalThis.crypto.randomUUID().replaceAll('-', '').slice(0, 12)
}
