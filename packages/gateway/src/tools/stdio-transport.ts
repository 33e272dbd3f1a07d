import { spawn, type ChildProcess, type ChildProcessWithoutNullStreams } from 'node:child_process'
import { once } from 'node:events'
import { deserializeMessage, serializeMessage, type JSONRPCMessage, type Transport } from '@modelcontextprotocol/client'
import { getDefaultEnvironment } from '@modelcontextprotocol/client/stdio'
import type { Log } from '@resoftai/core'
import { endGroup } from './end-group.ts'
import { lineReader } from './line-reader.ts'
import { mostMessageBytes } from './mcp-limits.ts'

/** How long a program may take to end when it is asked to. */
const patienceMs = 2_000
/** For its pipes to run dry after it has ended. */
const lastBytesMs = 500
/** Of what it writes to standard error, so much is logged. */
const mostLoggedChars = 65_536
const mostLineChars = 2_000

export interface Program {
  readonly command: string
  readonly args: readonly string[]
  readonly env: Readonly<Record<string, string>>
  readonly folder: string
}

export interface StdioOptions {
  readonly log: Log
  /** Holds the program as long as it runs. */
  readonly running: Set<ChildProcess>
}

/**
 * Speaks with a program over its standard input and output. The one of the SDK leaves behind what the program has started, as `npx` does,
 * and a program that does not listen.
 */
export class StdioTransport implements Transport {
  onclose?: () => void
  onerror?: (error: Error) => void
  onmessage?: (message: JSONRPCMessage) => void
  readonly #program: Program
  readonly #options: StdioOptions
  readonly #ended = Promise.withResolvers<void>()
  #child: ChildProcessWithoutNullStreams | undefined
  #loggedChars = 0
  #lastWords = ''

  constructor(program: Program, options: StdioOptions) {
    this.#program = program
    this.#options = options
  }

  /** The end of what it wrote to standard error. */
  get lastWords(): string {
    return this.#lastWords.trim()
  }

  async start(): Promise<void> {
    const { command, args, env, folder } = this.#program
    const child = spawn(command, args, {
      cwd: folder,
      env: { ...getDefaultEnvironment(), ...env },
      // A group of its own: all that it starts can be ended with it, and Ctrl-C is for us alone.
      detached: process.platform !== 'win32',
      windowsHide: true
    })
    this.#child = child
    this.#options.running.add(child)
    child.once('exit', () => this.#leave(child))
    const readLines = lineReader(mostMessageBytes, line => this.#read(line))
    child.stdout.on('data', (bytes: Buffer) => {
      try {
        readLines(bytes)
      } catch (error) {
        this.#fail(error)
      }
    })
    child.stderr.setEncoding('utf8').on('data', (text: string) => this.#note(text))
    for (const stream of [child.stdin, child.stdout, child.stderr]) stream.on('error', error => this.#fail(error))
    child.stdout.on('end', () => void this.close())
    try {
      await once(child, 'spawn')
    } catch (error) {
      this.#options.running.delete(child)
      this.#ended.resolve()
      throw error
    }
  }

  async send(message: JSONRPCMessage): Promise<void> {
    const stdin = this.#child?.stdin
    if (stdin?.writable !== true) throw new Error('The program has ended.')
    if (stdin.writableLength > mostMessageBytes) throw this.#fail(new Error('The program does not read what it is sent.'))
    stdin.write(serializeMessage(message))
  }

  async close(): Promise<void> {
    const child = this.#child
    if (child === undefined) return
    child.stdin.end()
    endGroup(child, 'SIGTERM')
    const timer = setTimeout(() => endGroup(child, 'SIGKILL'), patienceMs)
    await this.#ended.promise
    clearTimeout(timer)
  }

  /** What the program started must not outlive it. */
  #leave(child: ChildProcessWithoutNullStreams): void {
    endGroup(child, 'SIGKILL')
    this.#options.running.delete(child)
    const timer = setTimeout(() => [child.stdout, child.stderr].forEach(stream => stream.destroy()), lastBytesMs)
    child.once('close', () => {
      clearTimeout(timer)
      this.#ended.resolve()
      this.onclose?.()
    })
  }

  #fail(error: unknown): Error {
    this.onerror?.(error as Error)
    void this.close()
    return error as Error
  }

  /** What is no message is passed over: many programs print a greeting. */
  #read(line: string): void {
    let message: JSONRPCMessage
    try {
      message = deserializeMessage(line)
    } catch {
      return
    }
    this.onmessage?.(message)
  }

  #note(text: string): void {
    this.#lastWords = (this.#lastWords + text).slice(-500)
    for (const line of text.split('\n')) {
      if (line.trim() === '' || this.#loggedChars > mostLoggedChars) continue
      const shown = line.slice(0, mostLineChars)
      this.#loggedChars += shown.length
      this.#options.log.debug('A program of tools writes to standard error.', { line: shown })
    }
  }
}
