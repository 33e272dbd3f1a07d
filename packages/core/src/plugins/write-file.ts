import { closeSync, fchmodSync, fsyncSync, mkdirSync, openSync, writeSync } from 'node:fs'
import { dirname } from 'node:path'

/** A new file whose content is on the disk when `close` returns. */
export interface NewFile {
  write(chunk: Uint8Array): void
  close(): void
}

/** Makes a file that must not exist, with its folders; 0755 for what was executable, else 0644. */
export function createFile(file: string, mode: number): NewFile {
  mkdirSync(dirname(file), { recursive: true, mode: 0o755 })
  const handle = openSync(file, 'wx', 0o644)
  return {
    write(chunk) {
      for (let written = 0; written < chunk.length;) written += writeSync(handle, chunk, written)
    },
    close() {
      // Whatever the umask is.
      fchmodSync(handle, (mode & 0o111) === 0 ? 0o644 : 0o755)
      fsyncSync(handle)
      closeSync(handle)
    }
  }
}

export function writeNewFile(file: string, content: Uint8Array | string, mode = 0o644): void {
  const created = createFile(file, mode)
  try {
    created.write(typeof content === 'string' ? Buffer.from(content) : content)
  } finally {
    created.close()
  }
}
