/** How long work may take to end after it was cancelled. */
const patienceMs = 2000

/** Ctrl-C and what it means at the moment. */
export interface Interrupts {
  /** Aborted by the first Ctrl-C or SIGTERM. */
  readonly signal: AbortSignal
  /** Until the returned function is called, Ctrl-C calls `handler` instead; with `terminate` SIGTERM too. */
  take(handler: () => void, options?: { readonly terminate?: boolean }): () => void
  /** From now on SIGHUP, which otherwise ends the process, calls `handler`. */
  onHangup(handler: () => void): void
  /** The exit code that the signal asks for; `undefined` when there was none. */
  readonly exitCode: number | undefined
}

/** The first signal cancels the work; a second one, or work that does not end, ends the process. */
export function watchInterrupts(): Interrupts {
  const controller = new AbortController()
  const handlers: { readonly handle: () => void; readonly terminate: boolean }[] = []
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
    else handler.handle()
  })
  process.on('SIGTERM', () => {
    const handler = handlers.at(-1)
    if (handler?.terminate === true) handler.handle()
    else cancel(143)
  })
  return {
    signal: controller.signal,
    take(handle, { terminate = false } = {}) {
      const handler = { handle, terminate }
      handlers.push(handler)
      return () => void handlers.splice(handlers.lastIndexOf(handler), 1)
    },
    onHangup: handler => void process.on('SIGHUP', handler),
    get exitCode() {
      return exitCode
    }
  }
}
