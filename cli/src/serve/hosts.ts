import type { Host, Log } from '@resoftai/core'

/** The hosts of one process: one is in use, and those before it have calls that run to their ends. */
export class Hosts {
  readonly #log: Pick<Log, 'warn'>
  readonly #left = new Set<Promise<void>>()
  readonly #over = Promise.withResolvers<void>()
  #current: Host

  constructor(first: Host, log: Pick<Log, 'warn'>) {
    this.#current = first
    this.#log = log
  }

  /** `unused` resolves when nothing uses the one before any more, which is then closed. */
  replace(next: Host, unused: Promise<void>): void {
    const former = this.#current
    this.#current = next
    const left = Promise.race([unused, this.#over.promise]).then(() => this.#close(former))
    this.#left.add(left)
    void left.then(() => this.#left.delete(left))
  }

  /** Closes all of them, used or not. */
  async close(): Promise<void> {
    this.#over.resolve()
    await Promise.all([...this.#left, this.#close(this.#current)])
  }

  async #close(host: Host): Promise<void> {
    await host.close().catch(error => this.#log.warn('A host failed to close.', { error: error as unknown }))
  }
}
