import { fstatSync } from 'node:fs'
import { HostError } from '@resoftai/core'
import type { Context } from '../context.ts'
import { readAll } from '../read-all.ts'

/** How long to wait for somebody who holds our standard input open without a word. */
const socketPatienceMs = 300
const noticeMs = 2000
const mostCharacters = 16 * 1024 * 1024

/** Arguments and standard input, joined by an empty line; empty when there is neither. */
export async function readPrompt(context: Context, args: readonly string[]): Promise<string> {
  const typed = args.join(' ').trim()
  if (process.stdin.isTTY) return typed
  const piped = (await readPiped(context, typed !== '')).trim()
  return [typed, piped].filter(part => part !== '').join('\n\n')
}

/**
 * A program that starts us often leaves a socket open that nobody writes to; when the input is `optional` such a socket is given up after
 * a moment, with a word about it. A pipe of a shell is always read to its end.
 */
async function readPiped({ output, text, interrupts }: Context, optional: boolean): Promise<string> {
  const patience = new AbortController()
  const giveUp = () => {
    output.remark(text('chat.stdinIgnored'))
    patience.abort()
  }
  const timers = [
    setTimeout(() => output.remark(text('chat.stdinWaiting')), noticeMs),
    ...(optional && isSocket() ? [setTimeout(giveUp, socketPatienceMs)] : [])
  ]
  const stopTimers = () => timers.forEach(clearTimeout)
  const tooLong = () => new HostError('usage', text('chat.stdinTooLong'))
  try {
    return await readAll({ signal: interrupts.signal, mostCharacters, tooLong, onBegin: stopTimers, giveUp: patience.signal })
  } finally {
    stopTimers()
  }
}

function isSocket(): boolean {
  try {
    return fstatSync(0).isSocket()
  } catch {
    return false
  }
}
