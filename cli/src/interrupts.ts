/** How long work may take to end after it was cancelled. */
const patienceMs = 2000

/** Ctrl-C and what it means at the moment. */
export interface Interrupts {
  /** Aborted by the first Ctrl-C or SIGTERM. */
  readonly signal: AbortSignal
  /** Until the returned function is called, Ctrl-C calls `handler` instead. */
  take(handler: () => void): () => void
  /** The exit code that the signal asks for; `undefined` when there was none. */
  readonly exitCode: number | undefined
}

/** The first signal cancels the work; a second one, or work that does not end, ends the process. */
export function watchInterrupts(): Interrupts {
  const controller = new AbortController()
  const handlers: (() => void)[] = []
  let exitCode: number | undefined
  const cancel = (code: number) => {
    if (exitCode !== undefined) process.exit(code)
    exitCode = code
    controller.abort()
    setTimeout(() => process.exit(code), patienceMs).unref()
  }
  process.on('SIGINT', () => {
    const handler = handlers.at(-1)
    if (handler === undefined) cancel(130)
    else handler()
  })
  process.on('SIGTERM', () => cancel(143))
  return {
    signal: controller.signal,
    take(handler) {
      handlers.push(handler)
      return () => void handlers.splice(handlers.lastIndexOf(handler), 1)
    },
    get exitCode() {
      return exitCode
    }
  }
}
