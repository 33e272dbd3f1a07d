import { closeSync, existsSync, fstatSync, mkdirSync, openSync, renameSync, rmSync, statSync, writeSync } from 'node:fs'
import { dirname } from 'node:path'

export interface LogFileOptions {
  readonly file: string
  readonly maxBytes: number
  /** How many files that were put aside are kept, as `<file>.1` (the newest) and so on. */
  readonly keep: number
  /** Each day has a file of its own, by the time zone of the machine. */
  readonly daily: boolean
  /** Takes the lines that the file does not. */
  readonly elsewhere: (line: string) => void
  /** Is told what went wrong, once a minute at most. */
  readonly onFailure: (what: 'write' | 'put aside', error: unknown) => void
  /** Milliseconds since 1970, for the days. Default: the system's clock. */
  readonly clock?: () => number
}

/** So long a file that failed is left alone, and so often it is looked whether the open one still has the name. */
const patienceMs = 1_000
const tellAgainMs = 60_000

/**
 * A log in a file. A line is with the operating system when `write` returns, as it is on standard error: a stream with a queue would lose what is in
 * it when this process dies. Whatever happens to the file, `write` does not throw.
 */
export class LogFile {
  readonly #options: LogFileOptions
  readonly #clock: () => number
  #fd: number | undefined
  #id = ''
  #size = 0
  #dayEnd = 0
  /** When it is looked at next, or tried again. */
  #lookAt = 0
  #putAsideAt = 0
  #isFailing = false
  /** The file whose last line is not whole. */
  #cutId = ''
  #toldAt = -Infinity

  constructor(options: LogFileOptions) {
    this.#options = options
    this.#clock = options.clock ?? Date.now
    this.#attempt(() => this.#open())
  }

  get file(): string {
    return this.#options.file
  }

  get isFailing(): boolean {
    return this.#isFailing
  }

  write(line: string): void {
    const isWritten = this.#attempt(() => {
      const bytes = Buffer.from(line)
      this.#prepare(bytes.length)
      this.#append(bytes)
    })
    if (!isWritten) this.#options.elsewhere(line)
  }

  /** The next line goes to whatever has the name then. */
  reopen(): void {
    this.#lookAt = 0
  }

  close(): void {
    if (this.#fd === undefined) return
    try {
      closeSync(this.#fd)
    } catch {
      // It is closed all the same.
    }
    this.#fd = undefined
  }

  #attempt(work: () => void): boolean {
    if (this.#isFailing && performance.now() < this.#lookAt) return false
    try {
      work()
      this.#isFailing = false
    } catch (error) {
      this.close()
      this.#isFailing = true
      this.#lookAt = performance.now() + patienceMs
      this.#tell('write', error)
    }
    return !this.#isFailing
  }

  #tell(what: 'write' | 'put aside', error: unknown): void {
    const now = performance.now()
    if (now - this.#toldAt < tellAgainMs) return
    this.#toldAt = now
    this.#options.onFailure(what, error)
  }

  #prepare(bytes: number): void {
    if (this.#fd === undefined) this.#open()
    else if (performance.now() >= this.#lookAt) this.#look()
    const { maxBytes, daily } = this.#options
    const isFull = this.#size + bytes > maxBytes || (daily && this.#clock() >= this.#dayEnd)
    if (isFull && this.#size > 0 && performance.now() >= this.#putAsideAt) this.#putAside()
  }

  #open(): void {
    const { file } = this.#options
    mkdirSync(dirname(file), { recursive: true, mode: 0o700 })
    // To open a pipe would wait for whoever reads it.
    if (existsSync(file) && !statSync(file).isFile()) throw Object.assign(new Error('It is no file.'), { code: 'not_a_file' })
    this.#fd = openSync(file, 'a', 0o600)
    const { size, mtimeMs, ino, dev } = fstatSync(this.#fd)
    this.#size = size
    this.#id = `${dev} ${ino}`
    this.#dayEnd = endOfDay(size > 0 ? mtimeMs : this.#clock())
    this.#lookAt = performance.now() + patienceMs
  }

  /** Somebody may have taken it away, put it aside, or written to it. */
  #look(): void {
    const found = statSync(this.#options.file, { throwIfNoEntry: false })
    if (found === undefined || `${found.dev} ${found.ino}` !== this.#id) {
      this.close()
      this.#open()
    } else {
      this.#size = found.size
      this.#lookAt = performance.now() + patienceMs
    }
  }

  #putAside(): void {
    const { file, keep } = this.#options
    const id = this.#id
    this.#look()
    // Another process was faster.
    if (this.#id !== id) return
    this.close()
    const named = (number: number) => (number === 0 ? file : `${file}.${number}`)
    try {
      for (let number = Math.max(1, keep); existsSync(named(number)); number++) rmSync(named(number))
      if (keep === 0) rmSync(file)
      for (let number = keep; number > 0; number--) if (existsSync(named(number - 1))) renameSync(named(number - 1), named(number))
    } catch (error) {
      // A file that is too large is better than none.
      this.#putAsideAt = performance.now() + tellAgainMs
      this.#tell('put aside', error)
    }
    this.#open()
  }

  #append(line: Uint8Array): void {
    const bytes = this.#cutId === this.#id ? Buffer.concat([Buffer.from('\n'), line]) : line
    let written = 0
    try {
      while (written < bytes.length) written += writeSync(this.#fd!, bytes, written)
    } finally {
      if (written > 0) this.#cutId = written < bytes.length ? this.#id : ''
      this.#size += written
    }
  }
}

function endOfDay(at: number): number {
  const day = new Date(at)
  return new Date(day.getFullYear(), day.getMonth(), day.getDate() + 1).getTime()
}
